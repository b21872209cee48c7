import type { PolicyVersion, ProductPolicy } from '../../models/policies/index.ts';
import { daysBetween, isBusinessDate } from '../../models/reference/dates.ts';
import type { FieldError } from '../../models/errors.ts';
import { checkTerms } from '../terms/check-terms.ts';
import { isDecimal } from '../../models/numbers/fraction.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import type { ServicingRules } from '../book/servicing-rules.ts';
import { DEFAULT_LOAN_POLICY, type LoanPolicy } from '../loan/loan-policy.ts';
import type { LoanTerms } from '../terms/terms.ts';
import { inWordsOfTheForm, quotedTerms } from '../quotes/quote.ts';
import { refusal, within } from './refusal.ts';
import type { Simulation } from './simulate.ts';
import { EVENT_FIELDS, type EventForm, type SimulationForm } from './simulation-form.ts';

/** Fifteen years: longer than any car loan; with it, what a request may cost is bounded. */
const LONGEST_DAYS = 5_479;
/** Lines of schedule in all steps. */
const MOST_LINES = 20_000;
/** Closing each day of more than two years is left to the end of day itself. */
const LONGEST_DAILY = 731;

/**
 * The simulation a form asks for; the form must fit its schema. `versions` are those of products and prices, `partnerId` the channel that
 * asks. Throws InvalidInputError naming each field that is missing, out of place, or cannot be.
 */
export function readSimulation(
  form: SimulationForm,
  partnerId: string,
  versions: readonly PolicyVersion<ProductPolicy>[],
): Simulation {
  const { terms, servicing } = readLoan(form.loan, partnerId, versions);
  const errors = [...checkServicing(form.servicing), ...form.events.flatMap(checkFields), ...checkSpan(form, terms)];
  if (errors.length > 0) throw refusal(errors);
  return {
    terms,
    policy: policyOf(servicing, form.servicing),
    events: form.events.map(eventOf),
    dayEnds: form.dayEnds ?? 'MONTHLY',
    until: form.until ?? null,
  };
}

function readLoan(
  loan: SimulationForm['loan'],
  partnerId: string,
  versions: readonly PolicyVersion<ProductPolicy>[],
): { terms: LoanTerms; servicing: ServicingRules } {
  const { downPaymentShare, principalGracePeriods, ...quoted } = loan;
  return within('/loan', () => {
    const { terms, servicing } = quotedTerms(quoted, partnerId, versions);
    const whole = { ...terms, downPaymentShare, principalGracePeriods };
    return inWordsOfTheForm(() => {
      const errors = checkTerms(whole);
      if (errors.length > 0) throw refusal(errors);
      return { terms: whole, servicing };
    });
  });
}

function policyOf(servicing: ServicingRules, form: SimulationForm['servicing']): LoanPolicy {
  if (form === undefined) return { ...DEFAULT_LOAN_POLICY, servicing };
  const { allocation, ...rules } = form;
  return {
    ...DEFAULT_LOAN_POLICY,
    servicing: { ...servicing, ...rules, allocation: { ...servicing.allocation, ...allocation } },
  };
}

function checkServicing(form: SimulationForm['servicing']): FieldError[] {
  const rates = [
    ['/servicing/penaltyInterest/annualRate', form?.penaltyInterest?.annualRate],
    ['/servicing/prepaymentFeeRate', form?.prepaymentFeeRate ?? undefined],
  ] as const;
  return rates.flatMap(([pointer, rate]) =>
    rate === undefined || (isDecimal(rate) && Number(rate) <= 10)
      ? []
      : [{ pointer, code: 'FORM', detail: 'must be a decimal string from "0" to "10", such as "0.072" for 7.2 %' }],
  );
}

/** What an event of its type needs must be there, and nothing that means nothing to it. */
function checkFields(event: EventForm, index: number): FieldError[] {
  const { needs, may = [] } = EVENT_FIELDS[event.type];
  const known = new Set(['type', 'on', 'id', 'recordedOn', ...needs, ...may]);
  const missing = needs
    .filter((field) => event[field as keyof EventForm] === undefined)
    .map((field) => ({ pointer: `/events/${index}/${field}`, code: 'REQUIRED', detail: `${event.type} needs it` }));
  const unexpected = Object.keys(event)
    .filter((field) => !known.has(field))
    .map((field) => ({
      pointer: `/events/${index}/${field}`,
      code: 'NOT_APPLICABLE',
      detail: `means nothing to ${event.type}`,
    }));
  return [...missing, ...unexpected];
}

function checkSpan(form: SimulationForm, { disbursedOn }: LoanTerms): FieldError[] {
  const dates = [
    ...form.events.flatMap(
      ({ on, recordedOn }, index) =>
        [
          [`/events/${index}/on`, on],
          [`/events/${index}/recordedOn`, recordedOn],
        ] as const,
    ),
    ['/until', form.until] as const,
  ];
  const lines = (form.events.length + 2) * form.loan.termMonths;
  if (lines > MOST_LINES)
    return [
      {
        pointer: '/events',
        code: 'TOO_MANY',
        detail: `with ${form.loan.termMonths} instalments, at most ${Math.floor(MOST_LINES / form.loan.termMonths) - 2} events`,
      },
    ];
  return dates.flatMap(([pointer, date]) => {
    if (date === undefined) return [];
    if (!isBusinessDate(date)) return [{ pointer, code: 'NOT_A_DATE', detail: 'must be a date YYYY-MM-DD' }];
    const days = daysBetween(disbursedOn, date);
    if (days > LONGEST_DAYS)
      return [{ pointer, code: 'TOO_LATE', detail: `lies more than ${LONGEST_DAYS} days after the disbursement` }];
    if (form.dayEnds === 'DAILY' && days > LONGEST_DAILY)
      return [
        {
          pointer,
          code: 'TOO_LATE',
          detail: `lies more than ${LONGEST_DAILY} days after the disbursement: too many day ends; ask for MONTHLY`,
        },
      ];
    return pointer === '/until' && days < 0
      ? [{ pointer, code: 'BEFORE_DISBURSEMENT', detail: `lies before the disbursement on ${disbursedOn}` }]
      : [];
  });
}

/** The fields were checked: an event with those of its type is one of the engine's. */
function eventOf(event: EventForm): LoanEvent {
  const filled = event.type === 'PAY' ? { ...event, kind: event.kind ?? 'REPAYMENT' } : event;
  return filled as LoanEvent;
}
