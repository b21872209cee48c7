import { decimalFraction, portion } from '../../models/numbers/fraction.ts';
import { type Book, instalmentAt } from './book.ts';
import { type Charge, type ChargeBasis, chargeField, type ChargeTerms } from './charge.ts';
import { addedInstalment, type Instalment, noteCompletion } from './instalment.ts';

/** What a charge comes to on some principal and interest. */
export function chargeFen(
  terms: Pick<ChargeTerms, 'basis' | 'amountFen' | 'rate'>,
  base: { principalFen: number; interestFen: number },
  rounding: Book['terms']['conventions']['rounding'],
): number {
  if (terms.basis === 'FLAT') return terms.amountFen ?? 0;
  const of: Readonly<Record<Exclude<ChargeBasis, 'FLAT'>, number>> = {
    PRINCIPAL: base.principalFen,
    INTEREST: base.interestFen,
    PRINCIPAL_AND_INTEREST: base.principalFen + base.interestFen,
  };
  return portion(of[terms.basis], decimalFraction(terms.rate ?? '0'), rounding);
}

/** Adds a charge to the loan and its lines to the instalments they fall due with. Those of DISBURSEMENT wait for it, OVERDUE for a day end. */
export function addCharge(book: Book, terms: ChargeTerms, on: string): void {
  const charge: Charge = { ...terms, lines: [] };
  book.charges.push(charge);
  const { rounding } = book.terms.conventions;
  if (terms.time === 'SPECIFIED_DATE') {
    const dueOn = terms.dueOn ?? on;
    const whole = {
      principalFen: book.instalments.reduce((sum, { due }) => sum + due.principalFen, 0),
      interestFen: book.instalments.reduce((sum, { due }) => sum + due.interestFen, 0),
    };
    addLine(charge, instalmentFor(book, dueOn), dueOn, chargeFen(terms, whole, rounding), on);
  }
  if (terms.time === 'INSTALMENT') {
    for (const instalment of book.instalments)
      if (instalment.kind === 'REGULAR')
        addLine(charge, instalment, instalment.dueOn, chargeFen(terms, instalment.due, rounding), on);
  }
}

/** Charges once for every instalment that is later than a charge's grace on the day. */
export function chargeOverdue(book: Book, on: string, daysLate: (instalment: Instalment) => number): void {
  for (const charge of book.charges) {
    if (charge.time !== 'OVERDUE') continue;
    for (const instalment of book.instalments) {
      if (instalment.kind === 'ADDED' || daysLate(instalment) <= (charge.graceDays ?? 0)) continue;
      if (charge.lines.some((line) => line.n === instalment.n)) continue;
      addLine(charge, instalment, on, chargeFen(charge, instalment.due, book.terms.conventions.rounding), on);
    }
  }
}

/** The instalment something due on a day is paid with; behind the last regular due date, one of its own (a single one for all of them). */
export function instalmentFor(book: Book, dueOn: string): Instalment {
  const found = instalmentAt(book, dueOn);
  if (found !== undefined) return found;
  const last = book.instalments.at(-1)!;
  if (last.kind === 'ADDED') {
    last.dueOn = dueOn;
    return last;
  }
  const added = addedInstalment(last.n + 1, last.dueOn, dueOn);
  book.instalments.push(added);
  return added;
}

function addLine(charge: Charge, instalment: Instalment, dueOn: string, dueFen: number, on: string): void {
  charge.lines.push({ n: instalment.n, dueOn, dueFen, paidFen: 0, waivedFen: 0 });
  instalment.due[chargeField(charge)] += dueFen;
  noteCompletion(instalment, on);
}
