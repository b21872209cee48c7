import calibration from './calibration.json' with { type: 'json' };

/** Turns ranks (uniform numbers) into values with the shape of the real book in calibration.json. */

type Quantiles = Record<string, number>;

function quantileFunction(quantiles: Quantiles, lowest: number, highest: number): (rank: number) => number {
  const points: [number, number][] = [
    [0, lowest],
    ...Object.entries(quantiles).map(([name, value]): [number, number] => [Number(name.slice(1)) / 100, value]),
    [1, highest],
  ];
  return (rank) => {
    let i = 1;
    while (i < points.length - 1 && points[i]![0] < rank) i++;
    const [[fromRank, from], [toRank, to]] = [points[i - 1]!, points[i]!];
    return from + ((rank - fromRank) / (toRank - fromRank)) * (to - from);
  };
}

/** Loan to value as a share (0.768 at rank 0.5). */
export const loanToValueOf = ((): ((rank: number) => number) => {
  const percent = quantileFunction(calibration.loan_to_value_percent, 25, 90.5);
  return (rank) => percent(rank) / 100;
})();

/** Price over the median price (1 at rank 0.5). */
export const priceFactorOf = quantileFunction(calibration.asset_cost_over_median, 0.5, 3.2);

/** Age in full years. */
export function ageOf(rank: number): number {
  let left = rank * calibration.by_age.reduce((sum, { share }) => sum + share, 0);
  for (const { band, share } of calibration.by_age) {
    const [from, to] = band.split('-').map(Number) as [number, number];
    if (left < share) return from + Math.floor((left / share) * (to - from + 1));
    left -= share;
  }
  return 60;
}

export const EMPLOYMENT = calibration.by_employment.map(({ band, share }) => [band, share] as const);
