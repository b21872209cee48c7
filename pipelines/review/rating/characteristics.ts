import type { Characteristics } from '../../../models/scorecards/score.ts';
import type { ApplicationFacts, ReportFacts } from '../../../models/state/review-case.ts';
import type { RepaymentHistory } from '../../../models/events/repayment-history.ts';

/** A share without end: of an income of nothing. Larger than any cut. */
export const BOUNDLESS = Number.MAX_SAFE_INTEGER;

/** part / whole in whole percent, rounded down, exactly; BOUNDLESS for a whole of 0 (or a share too large to count), 0 for a part of 0. Both in fen, ≥ 0. */
export function wholePercent(part: number, whole: number): number {
  if (part === 0) return 0;
  if (whole === 0) return BOUNDLESS;
  const scaled = part * 100;
  if (Number.isSafeInteger(scaled)) return Math.floor(scaled / whole);
  const share = (BigInt(part) * 100n) / BigInt(whole);
  return share > BigInt(BOUNDLESS) ? BOUNDLESS : Number(share);
}

/**
 * What scorecards may ask about an applicant, from the application, the bureau's report and what the hub itself saw of earlier loans. Pure.
 * - `term`: months
 * - `loan-to-value`: whole percent of the car's price that is financed, add-ons included
 * - `loan-to-income`: the amount in whole percent of a month's income
 * - `adverse-record`: `yes` when a bureau or the hub knows of arrears (now or within 24 months), an account not classed as normal, a bad debt, a debt
 *   taken over by another, or an enforcement; `no` when one of them knows the person and none of it; null when nobody knows the person
 */
export function characteristicsOf({
  application,
  report,
  history,
}: {
  application: ApplicationFacts;
  report: ReportFacts | null;
  history: RepaymentHistory | null;
}): Characteristics {
  const { termMonths, amountFen, priceFen, monthlyIncomeFen } = application;
  return {
    term: termMonths,
    'loan-to-value': wholePercent(amountFen, priceFen),
    'loan-to-income': wholePercent(amountFen, monthlyIncomeFen),
    'adverse-record': adverseRecord(report, history),
  };
}

function adverseRecord(report: ReportFacts | null, history: RepaymentHistory | null): 'yes' | 'no' | null {
  const known = [
    report?.currentDaysPastDue,
    report?.maxDaysPastDue24Months,
    report?.timesOverdue24Months,
    report?.badDebts,
    report?.recourse,
    report?.enforcements,
    report?.assetClass === undefined ? undefined : Number(report.assetClass !== 'normal'),
    history?.currentDaysPastDue,
    history?.maxDaysPastDue24Months,
  ].filter((figure) => figure !== undefined && figure !== null);
  if (known.length === 0) return null;
  return known.some((figure) => figure > 0) ? 'yes' : 'no';
}
