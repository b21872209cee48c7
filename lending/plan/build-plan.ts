import { InvalidInputError } from '../../models/errors.ts';
import { amortise, type Amortisation } from './amortise.ts';
import { checkTerms } from '../terms/check-terms.ts';
import { dueDates } from './due-dates.ts';
import { decimalFraction, portion, toMultiple } from '../../models/numbers/fraction.ts';
import { nominalRate, periodsOf } from './periods.ts';
import type { Plan, PlanRow, PlanTotals } from './plan.ts';
import type { LoanTerms } from '../terms/terms.ts';

/**
 * The repayment plan of a loan as the borrower pays it: with a subsidy, at the customer's rate (what the third party pays is
 * subsidy.ts). Same terms, same plan, to the fen. Throws InvalidInputError that names every term that cannot be.
 */
export function buildPlan(terms: LoanTerms): Plan {
  const errors = checkTerms(terms);
  if (errors.length > 0) throw new InvalidInputError('No plan can be made of these terms', errors);
  const rows = planRows(terms, terms.subsidy?.customerRate ?? terms.annualRate);
  return { rows, totals: totalsOf(rows) };
}

/** The rows of checked terms at an annual rate. */
export function planRows(terms: LoanTerms, annualRate: string): PlanRow[] {
  const downFen = downPaymentFen(terms);
  const rows = amortise(amortisationOf(terms, annualRate, terms.principalFen - downFen));
  if (downFen > 0) {
    const { disbursedOn } = terms;
    rows.unshift({
      n: 0,
      fromOn: disbursedOn,
      dueOn: disbursedOn,
      days: 0,
      principalFen: downFen,
      interestFen: 0,
      feeFen: 0,
      totalFen: downFen,
      balanceFen: terms.principalFen - downFen,
    });
  }
  return rows;
}

function amortisationOf(terms: LoanTerms, annualRate: string, balanceFen: number): Amortisation {
  const { conventions } = terms;
  return {
    method: terms.method,
    balanceFen,
    periods: periodsOf(terms, dueDates(terms), annualRate, terms.rateChanges),
    conventions,
    balloonFen: terms.balloonFen,
    feeFen: terms.feeRate === undefined ? 0 : portion(balanceFen, decimalFraction(terms.feeRate), conventions.rounding),
    principalGracePeriods: terms.principalGracePeriods,
    interestGrace: terms.interestGrace,
    nominalRate: conventions.instalmentBasis === 'NOMINAL' ? nominalRate(terms, annualRate) : undefined,
  };
}

/** What falls due on the day of disbursement; a multiple like every instalment. */
export function downPaymentFen({ principalFen, downPaymentShare, conventions }: LoanTerms): number {
  if (downPaymentShare === undefined) return 0;
  const exact = portion(principalFen, decimalFraction(downPaymentShare), conventions.rounding);
  return Math.min(principalFen, toMultiple(exact, conventions.instalmentMultipleFen, conventions.rounding));
}

/** Sums over rows. */
export function totalsOf(rows: readonly PlanRow[]): PlanTotals {
  let principalFen = 0;
  let interestFen = 0;
  let feeFen = 0;
  for (const row of rows) {
    principalFen += row.principalFen;
    interestFen += row.interestFen;
    feeFen += row.feeFen;
  }
  return { principalFen, interestFen, feeFen, totalFen: principalFen + interestFen + feeFen };
}
