import type { CaseSide, Group, Side } from './comparison.ts';
import type { BacktestReport } from './run-backtest.ts';

const yuan = (fen: number): string =>
  `${(fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const rate = (side: Side): number => side.approved / Math.max(1, side.approved + side.referred + side.declined);
const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
const signed = (text: string, negative: boolean): string => (negative ? text : `+${text}`);

/** The report of a back-test for a person at a terminal; amounts in yuan. */
export function reportText(report: BacktestReport, span: { from: string; to: string }): string {
  const { total, byPartner, byProduct, reasons, transitions, changedCases } = report;
  const leftOut = [
    ...(report.undecided > 0 ? [`${report.undecided} not decided yet`] : []),
    ...(report.versionUnknown > 0
      ? [`${report.versionUnknown} decided under a version that is not known any more`]
      : []),
  ];
  return [
    `${total.cases} cases from ${span.from} to ${span.to}${leftOut.length > 0 ? ` (left out: ${leftOut.join(', ')})` : ''}`,
    `${total.changed} decided otherwise${total.reworded > 0 ? `, ${total.reworded} with other words` : ''}${total.unknown > 0 ? `; of ${total.unknown} a bureau would have to be asked first: not known` : ''}`,
    '',
    groupLine('all', total),
    ...section(
      'by channel',
      byPartner.map(({ partnerId, ...group }) => groupLine(partnerId, group)),
    ),
    ...section(
      'by product',
      byProduct.map(({ product, ...group }) => groupLine(product, group)),
    ),
    ...section(
      'reasons, cases',
      reasons.map(
        ({ code, recorded, candidate }) =>
          `${code.padEnd(24)} ${String(recorded).padStart(8)} → ${String(candidate).padStart(8)}`,
      ),
    ),
    ...section(
      'changes',
      transitions.map(
        ({ from, to, cases, requestedAmountFen }) =>
          `${`${from} → ${to}`.padEnd(24)} ${String(cases).padStart(8)} cases, ${yuan(requestedAmountFen)} asked for`,
      ),
    ),
    ...section(
      'changed cases',
      changedCases.map(
        ({ applicationId, partnerId, product, recorded, candidate, decidedByPerson }) =>
          `${applicationId} ${partnerId} ${product}: ${sideText(recorded)}${decidedByPerson === null ? '' : ` (a person: ${decidedByPerson})`} → ${candidate === null ? 'a bureau would be asked' : sideText(candidate)}`,
      ),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function groupLine(name: string, { cases, changed, recorded, candidate }: Group): string {
  const points = 100 * (rate(candidate) - rate(recorded));
  const loss = candidate.expectedLossFen - recorded.expectedLossFen;
  const amount = candidate.approvedFen - recorded.approvedFen;
  const unrated =
    candidate.unrated + recorded.unrated > 0
      ? ` (without ${recorded.unrated} → ${candidate.unrated} that cannot be rated)`
      : '';
  return [
    `${name.padEnd(24)} ${String(cases).padStart(8)} cases, ${changed} changed`,
    `approval rate ${percent(rate(recorded))} → ${percent(rate(candidate))} (${signed(points.toFixed(2), points < 0)})`,
    `approved ${yuan(recorded.approvedFen)} → ${yuan(candidate.approvedFen)} (${signed(yuan(amount), amount < 0)})`,
    `expected loss ${yuan(recorded.expectedLossFen)} → ${yuan(candidate.expectedLossFen)} (${signed(yuan(loss), loss < 0)})${unrated}`,
  ].join('; ');
}

function sideText({ outcome, amountFen, reasons }: CaseSide): string {
  return [outcome, ...(outcome === 'APPROVED' ? [yuan(amountFen)] : []), ...reasons.map(({ code }) => code)].join(' ');
}
