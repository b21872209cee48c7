import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ALLOCATION_STEPS, FUTURE_RULES } from '../book/allocation-order.ts';
import { CHARGE_BASES, CHARGE_TIMES } from '../book/charge.ts';
import { type LoanEventType, PAYMENT_KINDS, PREPAYMENT_EFFECTS } from '../book/loan-event.ts';
import { QuoteForm } from '../quotes/quote-form.ts';

const strict = { additionalProperties: false } as const;
const oneOf = <const Values extends readonly string[]>(values: Values, description?: string) =>
  Type.Unsafe<Values[number]>({
    type: 'string',
    enum: [...values],
    ...(description === undefined ? {} : { description }),
  });
const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
const text = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });
const day = (description: string) => Type.String({ maxLength: 10, description: `${description}, YYYY-MM-DD` });
const rate = (description: string) => Type.String({ maxLength: 20, description });
const fen = (description: string) => Type.Integer({ description: `${description}, whole fen` });

/** Every type of event a simulation takes, and the fields it needs and may have beside `type`, `on`, `id` and `recordedOn`. */
export const EVENT_FIELDS: Readonly<
  Record<LoanEventType, { readonly needs: readonly string[]; readonly may?: readonly string[] }>
> = {
  DISBURSE: { needs: ['amountFen'] },
  PAY: { needs: ['amountFen'], may: ['kind'] },
  SETTLE: { needs: [] },
  PREPAY: { needs: ['amountFen', 'effect'] },
  ADD_CHARGE: { needs: ['charge'] },
  WAIVE_CHARGE: { needs: ['chargeId'] },
  UNDO_WAIVER: { needs: ['chargeId'] },
  WAIVE: { needs: ['portion', 'amountFen'] },
  REVERSE: { needs: ['transactionId'] },
  CHARGE_BACK: { needs: ['transactionId', 'amountFen'] },
  REFUND: { needs: ['amountFen'] },
  RESCHEDULE: {
    needs: ['fromDueOn'],
    may: ['extraPeriods', 'principalGracePeriods', 'annualRate', 'newDueOn', 'restructured'],
  },
  CHANGE_RATE: { needs: ['annualRate'] },
  PAYMENT_HOLIDAY: { needs: ['fromDueOn', 'periods'], may: ['restructured'] },
  FLAG_FRAUD: { needs: [] },
  FLAG_TECHNICAL_OVERDUE: { needs: [] },
  CHARGE_OFF: { needs: [] },
  UNDO_CHARGE_OFF: { needs: [] },
  WRITE_OFF: { needs: [] },
  RECOVER: { needs: ['amountFen'] },
  PAUSE_AGEING: { needs: ['until'] },
  RESUME_AGEING: { needs: [] },
  DAY_END: { needs: [] },
};
export const EVENT_TYPES = Object.keys(EVENT_FIELDS) as LoanEventType[];

const Charge = Type.Object(
  {
    chargeId: text('names the charge in later events'),
    name: text('shown in the explanations'),
    kind: oneOf(['FEE', 'PENALTY']),
    basis: oneOf(CHARGE_BASES, 'FLAT: amountFen; else `rate` on the principal, interest or both'),
    time: oneOf(CHARGE_TIMES),
    amountFen: optional(fen('of a FLAT charge')),
    rate: optional(rate('"0.015" is 1.5 %')),
    dueOn: optional(day('of a charge on a SPECIFIED_DATE')),
    graceDays: optional(
      Type.Integer({ minimum: 0, maximum: 366, description: 'OVERDUE: days late before it is charged' }),
    ),
  },
  strict,
);

const Event = Type.Object(
  {
    type: oneOf(EVENT_TYPES),
    on: day('business date it takes effect on'),
    id: optional(text('names the event and its transaction; e1, e2 … when left out')),
    recordedOn: optional(day('when it is entered after the fact: the day it is')),
    amountFen: optional(fen('of the event')),
    kind: optional(oneOf(PAYMENT_KINDS, 'PAY: REPAYMENT when left out')),
    effect: optional(oneOf(PREPAYMENT_EFFECTS)),
    charge: optional(Charge),
    chargeId: optional(text('the charge it is about')),
    portion: optional(oneOf(['INTEREST', 'PENALTY'])),
    transactionId: optional(text('the transaction it is about')),
    fromDueOn: optional(day('due date of the first instalment that changes')),
    extraPeriods: optional(Type.Integer({ description: 'instalments more' })),
    principalGracePeriods: optional(
      Type.Integer({ description: 'instalments without principal; the term is longer by them' }),
    ),
    annualRate: optional(rate('"0.072" is 7.2 %')),
    newDueOn: optional(day('another due date for the first instalment that changes; the later ones follow')),
    periods: optional(Type.Integer({ description: 'instalments put off' })),
    restructured: optional(Type.Boolean({ description: 'false: agreed with a borrower who is not in difficulty' })),
    until: optional(day('last day of the pause')),
  },
  strict,
);
export type EventForm = Static<typeof Event>;

const Allocation = Type.Object(
  {
    order: optional(
      Type.Array(oneOf(ALLOCATION_STEPS), {
        minItems: ALLOCATION_STEPS.length,
        maxItems: ALLOCATION_STEPS.length,
        uniqueItems: true,
      }),
    ),
    direction: optional(oneOf(['HORIZONTAL', 'VERTICAL'])),
    futureRule: optional(oneOf(FUTURE_RULES)),
    chargesDueBy: optional(oneOf(['CHARGE', 'INSTALMENT'])),
  },
  strict,
);

const PenaltyInterest = Type.Object(
  {
    annualRate: rate('"0.108": one and a half times 7.2 %'),
    yearDays: Type.Union([Type.Literal(360), Type.Literal(365)]),
    base: oneOf(['PRINCIPAL', 'PRINCIPAL_AND_INTEREST']),
    graceDays: Type.Integer({ minimum: 0, maximum: 90 }),
  },
  strict,
);

const OnBalance = Type.Object(
  {
    rest: oneOf(['DAY', 'PERIOD']),
    overdue: oneOf(['EVERY_PERIOD', 'CURRENT_PERIOD', 'NONE']),
    compounds: Type.Boolean(),
    settlement: oneOf(['TO_THE_DAY', 'TO_THE_DUE_DATE']),
    excess: oneOf(['BY_ALLOCATION', 'CURRENT_INSTALMENT']),
    effect: oneOf([...PREPAYMENT_EFFECTS, 'NEXT_INSTALMENTS']),
    paidInFullAsPlanned: Type.Boolean(),
    instalmentOfAgreedPrincipal: Type.Boolean(),
  },
  { ...strict, description: 'interest on what is really owed, day by day, instead of as planned' },
);

const Servicing = Type.Object(
  {
    allocation: optional(Allocation),
    penaltyInterest: optional(Type.Union([PenaltyInterest, Type.Null()])),
    prepaymentFeeRate: optional(Type.Union([rate('"0.01" is 1 % of the principal pre-paid'), Type.Null()])),
    onBalance: optional(Type.Union([OnBalance, Type.Null()])),
    downPaymentAtOnce: optional(Type.Boolean()),
    chargeBack: optional(oneOf(['PRINCIPAL', 'PAID'])),
    lossInterest: optional(oneOf(['ACCRUED', 'ALL'])),
    accrual: optional(oneOf(['DAY', 'DUE_DATE'])),
  },
  { ...strict, description: 'how the loan is kept; what is left out is as the product has it, or the default' },
);

const EXAMPLE = {
  loan: { method: 'ANNUITY', principalFen: 10_000_000, annualRate: '0.072', termMonths: 36, disbursedOn: '2026-01-15' },
  servicing: { penaltyInterest: { annualRate: '0.108', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } },
  events: [
    { type: 'PAY', on: '2026-02-15', amountFen: 309_686 },
    { type: 'PAY', on: '2026-03-25', amountFen: 320_000 },
  ],
  until: '2026-04-30',
};

/** A loan and what happens to it. The disbursement need not be listed. */
export const SimulationForm = Type.Object(
  {
    loan: Type.Object(
      {
        ...QuoteForm.properties,
        downPaymentShare: optional(rate('"0.2" of the principal is due on the day of disbursement')),
        principalGracePeriods: optional(Type.Integer({ description: 'first instalments without principal' })),
      },
      strict,
    ),
    servicing: optional(Servicing),
    events: Type.Array(Event, { maxItems: 200, description: 'in the order they are entered' }),
    dayEnds: optional(
      oneOf(
        ['MONTHLY', 'DAILY', 'NONE'],
        'days closed between the events: month ends and every day a figure turns on (default), all of them, or only those listed',
      ),
    ),
    until: optional(day('the simulation goes on to this day; to the last event when left out')),
  },
  { ...strict, title: 'Simulation request', examples: [EXAMPLE] },
);
export type SimulationForm = Static<typeof SimulationForm>;
