import type { ReasonCode } from '../../models/events/application-decided.ts';
import type { ScorecardPolicy } from '../../models/policies/scorecard-policy.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import type { Verdict } from '../../pipelines/review/assess.ts';
import type { Judgement } from '../../pipelines/review/decide.ts';
import { rateApplicant } from '../../pipelines/review/scorecard.ts';
import { expectedLossFen } from './expected-loss.ts';
import type { KnownCase } from './replay.ts';

type Outcome = Verdict['outcome'];
type Decision = NonNullable<ReviewCase['decision']>;

/** How many cases ended how, with what money. Expected loss counts approved cases with a rating; `unrated` are the approved ones without. */
export interface Side {
  approved: number;
  referred: number;
  declined: number;
  approvedFen: number;
  expectedLossFen: number;
  unrated: number;
}

/** One group of cases under the recorded decisions and under the candidate. */
export interface Group {
  cases: number;
  /** decided otherwise by the candidate: outcome, amount, rate, term or reason codes */
  changed: number;
  /** decided alike, but a reason is worded otherwise (it names another limit) */
  reworded: number;
  /** the candidate asks a bureau that was not asked: not comparable, in neither side */
  unknown: number;
  recorded: Side;
  candidate: Side;
}

/** A case that came out otherwise. */
interface ChangedCase {
  applicationId: string;
  partnerId: string;
  product: string;
  businessDate: string;
  requestedAmountFen: number;
  recorded: CaseSide;
  /** null: the candidate asks a bureau that was not asked */
  candidate: CaseSide | null;
  /** what a person then decided; null where none did */
  decidedByPerson: Outcome | null;
}

export interface CaseSide {
  outcome: Outcome;
  amountFen: number;
  annualRate: string | null;
  termMonths: number;
  reasons: { code: ReasonCode; detail: string }[];
}

interface Transition {
  from: Outcome;
  to: Outcome | 'UNKNOWN';
  cases: number;
  requestedAmountFen: number;
}

export interface ComparisonReport {
  total: Group;
  byPartner: (Group & { partnerId: string })[];
  byProduct: (Group & { product: string })[];
  reasons: { code: string; recorded: number; candidate: number }[];
  transitions: Transition[];
  changedCases: ChangedCase[];
}

const emptySide = (): Side => ({
  approved: 0,
  referred: 0,
  declined: 0,
  approvedFen: 0,
  expectedLossFen: 0,
  unrated: 0,
});
const emptyGroup = (): Group => ({
  cases: 0,
  changed: 0,
  reworded: 0,
  unknown: 0,
  recorded: emptySide(),
  candidate: emptySide(),
});

/** Adds up recorded against candidate decisions, case by case; holds sums, and at most `mostCases` changed cases. */
export class Comparison {
  readonly #mostCases: number;
  readonly #total = emptyGroup();
  readonly #byPartner = new Map<string, Group>();
  readonly #byProduct = new Map<string, Group>();
  readonly #reasons = new Map<string, { recorded: number; candidate: number }>();
  readonly #transitions = new Map<string, Transition>();
  readonly #changedCases: ChangedCase[] = [];

  constructor(mostCases: number) {
    this.#mostCases = mostCases;
  }

  /**
   * Adds a case with what was decided by the rules then and what the candidate says. `scale` says how likely a default is and what it costs: the same for
   * both sides, so that a change of expected loss is a change of whom and how much is lent to.
   */
  add(known: KnownCase, recorded: Decision, { under, verdict }: Judgement, scale: ScorecardPolicy | undefined): void {
    const { application } = known;
    const before = sideOf(recorded, application.termMonths);
    const after = typeof verdict === 'string' ? null : sideOf(verdict, application.termMonths);
    const changed = after === null || !isSame(before, after);
    const reworded = !changed && before.reasons.some(({ detail }, i) => detail !== after.reasons[i]!.detail);
    const lossOf = lossIn(known, under.report ?? known.report, scale);
    const lossBefore = lossOf(before);
    const lossAfter = after === null ? null : changed ? lossOf(after) : lossBefore;
    for (const group of [
      this.#total,
      at(this.#byPartner, application.partnerId, emptyGroup),
      at(this.#byProduct, application.product, emptyGroup),
    ]) {
      group.cases += 1;
      if (changed) group.changed += 1;
      if (reworded) group.reworded += 1;
      if (after === null) group.unknown += 1;
      else {
        count(group.recorded, before, lossBefore);
        count(group.candidate, after, lossAfter);
      }
    }
    for (const { code } of before.reasons) at(this.#reasons, code, () => ({ recorded: 0, candidate: 0 })).recorded += 1;
    for (const { code } of after?.reasons ?? [])
      at(this.#reasons, code, () => ({ recorded: 0, candidate: 0 })).candidate += 1;
    if (changed) this.#change(known, before, after);
  }

  report(): ComparisonReport {
    return {
      total: this.#total,
      byPartner: entries(this.#byPartner).map(([partnerId, group]) => ({ partnerId, ...group })),
      byProduct: entries(this.#byProduct).map(([product, group]) => ({ product, ...group })),
      reasons: entries(this.#reasons).map(([code, counts]) => ({ code, ...counts })),
      transitions: entries(this.#transitions).map(([, transition]) => transition),
      changedCases: this.#changedCases,
    };
  }

  #change(known: KnownCase, recorded: CaseSide, candidate: CaseSide | null): void {
    const { applicationId, businessDate, application, decision } = known;
    const { partnerId, product, amountFen } = application;
    const to = candidate?.outcome ?? 'UNKNOWN';
    const transition = at(this.#transitions, `${recorded.outcome} ${to}`, () => ({
      from: recorded.outcome,
      to,
      cases: 0,
      requestedAmountFen: 0,
    }));
    transition.cases += 1;
    transition.requestedAmountFen += amountFen;
    if (this.#changedCases.length >= this.#mostCases) return;
    const decidedByPerson = decision?.decidedBy === undefined ? null : decision.outcome;
    this.#changedCases.push({
      applicationId,
      partnerId,
      product,
      businessDate,
      requestedAmountFen: amountFen,
      recorded,
      candidate,
      decidedByPerson,
    });
  }
}

/** What the rules said of a case: before a person decided it, where one did. Null while it is undecided. */
export function ruledDecision({ decision, ruling }: ReviewCase): Decision | null {
  return ruling ?? decision;
}

function sideOf(
  { outcome, amountFen, annualRate, termMonths, reasons }: Omit<Decision, 'policyVersion' | 'decidedAt'>,
  askedTerm: number,
): CaseSide {
  return { outcome, amountFen, annualRate, termMonths: termMonths ?? askedTerm, reasons };
}

function isSame(one: CaseSide, other: CaseSide): boolean {
  return (
    one.outcome === other.outcome &&
    one.amountFen === other.amountFen &&
    one.annualRate === other.annualRate &&
    one.termMonths === other.termMonths &&
    one.reasons.length === other.reasons.length &&
    one.reasons.every(({ code }, i) => code === other.reasons[i]!.code)
  );
}

/** Expected loss of a case as one side grants it: 0 where nothing is lent, null where the person cannot be rated. */
function lossIn(
  { application, match }: KnownCase,
  report: ReviewCase['report'],
  scale: ScorecardPolicy | undefined,
): (side: CaseSide) => number | null {
  return ({ outcome, amountFen, termMonths }) => {
    if (outcome !== 'APPROVED') return 0;
    const rating = rateApplicant(scale, {
      application: { ...application, amountFen, termMonths },
      report,
      history: match.repayment ?? null,
    });
    return rating === null || scale === undefined
      ? null
      : expectedLossFen(amountFen, rating.probabilityOfDefault, scale.lossGivenDefault);
  };
}

const COUNTED = { APPROVED: 'approved', REFERRED: 'referred', DECLINED: 'declined' } as const;

function count(side: Side, { outcome, amountFen }: CaseSide, lossFen: number | null): void {
  side[COUNTED[outcome]] += 1;
  side.approvedFen += amountFen;
  if (lossFen === null) side.unrated += 1;
  else side.expectedLossFen += lossFen;
}

function at<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}

function entries<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}
