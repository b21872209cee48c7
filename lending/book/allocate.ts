import {
  type AllocationRules,
  type AllocationStep,
  type FutureRule,
  partsOf,
  type Timing,
} from './allocation-order.ts';
import { FIELD, type Amounts, nothing, type Portion } from './amounts.ts';
import { type Charge, chargeField, type ChargeLine, lineOutstanding } from './charge.ts';
import { type Instalment, noteCompletion, outstandingOf } from './instalment.ts';

/** A part of a payment that went to one part of one instalment. */
export interface AllocatedPart {
  readonly n: number;
  readonly portion: Portion;
  readonly fen: number;
}

/** What became of a payment: amounts + restFen is the whole of it. */
export interface Allocated {
  readonly amounts: Amounts;
  /** the same, in the order it was allocated */
  readonly parts: AllocatedPart[];
  /** what nothing was owed for */
  readonly restFen: number;
}

interface Payment {
  readonly on: string;
  readonly instalments: readonly Instalment[];
  readonly charges: readonly Charge[];
  readonly rules: AllocationRules;
  readonly amounts: Amounts;
  readonly parts: AllocatedPart[];
  leftFen: number;
}

/**
 * Spreads a payment of `amountFen` on day `on` over the instalments and the charges in them, by the order, direction and future rule, and
 * notes it in them. `only` restricts it to some timings (a pre-payment pays what is due, and no more). Every fen is allocated or in `restFen`.
 */
export function allocate(
  instalments: readonly Instalment[],
  charges: readonly Charge[],
  amountFen: number,
  on: string,
  rules: AllocationRules,
  only?: readonly Timing[],
): Allocated {
  const payment: Payment = { on, instalments, charges, rules, amounts: nothing(), parts: [], leftFen: amountFen };
  for (const group of groupsOf(rules)) {
    if (payment.leftFen === 0) break;
    if (only !== undefined && !only.includes(group.timing)) continue;
    payGroup(payment, group.timing, group.portions);
  }
  return { amounts: payment.amounts, parts: payment.parts, restFen: payment.leftFen };
}

interface Group {
  readonly timing: Timing;
  readonly portions: readonly Portion[];
}

/** Horizontal: steps of one timing that follow each other are one group; vertical: every step is a group of its own. */
function groupsOf({ order, direction }: AllocationRules): Group[] {
  const groups: { timing: Timing; portions: Portion[] }[] = [];
  for (const step of order satisfies readonly AllocationStep[]) {
    const { timing, portion } = partsOf(step);
    const last = groups.at(-1);
    if (direction === 'HORIZONTAL' && last?.timing === timing) last.portions.push(portion);
    else groups.push({ timing, portions: [portion] });
  }
  return groups;
}

function payGroup(payment: Payment, timing: Timing, portions: readonly Portion[]): void {
  const rule: FutureRule = timing === 'IN_ADVANCE' ? payment.rules.futureRule : 'NEXT_INSTALMENT';
  if (rule === 'REAMORTISATION') return payInEqualParts(payment, timing, portions);
  const line = rule === 'LAST_INSTALMENT' ? [...payment.instalments].reverse() : payment.instalments;
  for (const instalment of line) {
    for (const portion of portions) pay(payment, instalment, portion, timing, payment.leftFen);
    if (payment.leftFen === 0) return;
  }
}

/** Equal parts for all instalments that owe something here; what one cannot take is spread over the others again. The last takes the odd fen. */
function payInEqualParts(payment: Payment, timing: Timing, portions: readonly Portion[]): void {
  for (;;) {
    const owing = payment.instalments.filter((instalment) =>
      portions.some((portion) => payable(payment, instalment, portion, timing) > 0),
    );
    if (owing.length === 0 || payment.leftFen === 0) return;
    const shareFen = Math.floor(payment.leftFen / owing.length);
    let oddFen = payment.leftFen - shareFen * owing.length;
    for (const instalment of owing) {
      const isLast = instalment === owing.at(-1);
      let partFen = shareFen + (isLast ? oddFen : 0);
      if (isLast) oddFen = 0;
      for (const portion of portions) partFen -= pay(payment, instalment, portion, timing, partFen);
    }
  }
}

/** The timing of an instalment on a day. */
function timingOf(dueOn: string, on: string): Timing {
  if (dueOn < on) return 'PAST_DUE';
  return dueOn === on ? 'DUE' : 'IN_ADVANCE';
}

/** The lines of charges of one part in an instalment, by due date; of equal ones, the one that was added first. */
function linesIn(payment: Payment, instalment: Instalment, portion: Portion): ChargeLine[] {
  if (portion !== 'FEE' && portion !== 'PENALTY') return [];
  const lines = payment.charges
    .filter((charge) => chargeField(charge) === FIELD[portion])
    .flatMap((charge) => charge.lines.filter((line) => line.n === instalment.n));
  return lines.sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
}

/** What can be paid in an instalment under one timing; charges may be due before their instalment is. */
function payable(payment: Payment, instalment: Instalment, portion: Portion, timing: Timing): number {
  const outstandingHere = outstandingOf(instalment, portion);
  if (outstandingHere === 0) return 0;
  const own = timingOf(instalment.dueOn, payment.on);
  if (payment.rules.chargesDueBy === 'INSTALMENT' || own !== 'IN_ADVANCE') return own === timing ? outstandingHere : 0;
  const lines = linesIn(payment, instalment, portion);
  const here = lines
    .filter((line) => timingOf(line.dueOn, payment.on) === timing)
    .reduce((sum, line) => sum + lineOutstanding(line), 0);
  if (timing !== 'IN_ADVANCE') return here;
  return (
    outstandingHere -
    lines.filter((line) => line.dueOn <= payment.on).reduce((sum, line) => sum + lineOutstanding(line), 0)
  );
}

function pay(payment: Payment, instalment: Instalment, portion: Portion, timing: Timing, limitFen: number): number {
  const fen = Math.min(limitFen, payable(payment, instalment, portion, timing));
  if (fen === 0) return 0;
  const ownTiming = timingOf(instalment.dueOn, payment.on);
  const byCharge = payment.rules.chargesDueBy === 'CHARGE' && ownTiming === 'IN_ADVANCE';
  let forCharges = fen;
  for (const line of linesIn(payment, instalment, portion)) {
    if (byCharge && timingOf(line.dueOn, payment.on) !== timing) continue;
    const part = Math.min(forCharges, lineOutstanding(line));
    line.paidFen += part;
    forCharges -= part;
  }
  const field = FIELD[portion];
  instalment.paid[field] += fen;
  if (ownTiming === 'IN_ADVANCE') instalment.paidInAdvanceFen += fen;
  if (ownTiming === 'PAST_DUE') instalment.paidLateFen += fen;
  noteCompletion(instalment, payment.on);
  payment.amounts[field] += fen;
  payment.parts.push({ n: instalment.n, portion, fen });
  payment.leftFen -= fen;
  return fen;
}
