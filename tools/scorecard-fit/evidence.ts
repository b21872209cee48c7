import type { Declaration, DeclaredCode, DeclaredNumber } from './declaration.ts';

/** Good and bad rows that fell into a bin. */
export interface Tally {
  readonly goods: number;
  readonly bads: number;
}

export interface NumberBin extends Tally {
  /** inclusive; null: without end */
  readonly from: number | null;
  /** exclusive; null: without end */
  readonly to: number | null;
}

interface CodeBin extends Tally {
  readonly codes: readonly string[];
}

/** A value of a characteristic in a sample, with the outcome of its row. */
export interface Sample<Known> {
  readonly value: Known;
  readonly bad: boolean;
}

const join = <Bin extends NumberBin>(left: Bin, right: Bin): NumberBin => ({
  from: left.from,
  to: right.to,
  goods: left.goods + right.goods,
  bads: left.bads + right.bads,
});
const rowsOf = ({ goods, bads }: Tally): number => goods + bads;
const badRateOf = (tally: Tally): number => tally.bads / rowsOf(tally);

/** ln((goods / all goods) / (bads / all bads)). */
export function weightOfEvidence({ goods, bads }: Tally, all: Tally): number {
  return Math.log(goods / all.goods / (bads / all.bads));
}

/** Σ (share of goods − share of bads) · weight of evidence; a bin without goods or without bads gives nothing. */
export function informationValue(bins: readonly Tally[], all: Tally): number {
  return bins.reduce(
    (sum, bin) =>
      bin.goods === 0 || bin.bads === 0
        ? sum
        : sum + (bin.goods / all.goods - bin.bads / all.bads) * weightOfEvidence(bin, all),
    0,
  );
}

/**
 * Bins of a number, from its declared cuts: neighbours that break the declared direction are joined (pool adjacent violators), then those that are too
 * small, then those too alike to tell apart. Where no direction is declared only the latter two apply.
 */
export function numberBins(
  declared: DeclaredNumber,
  sample: readonly Sample<number>[],
  rules: Declaration['binning'],
  all: Tally,
): NumberBin[] {
  const edges = [null, ...declared.cuts, null];
  let bins: NumberBin[] = edges.slice(0, -1).map((from, i) => {
    const to = edges[i + 1]!;
    const inside = sample.filter(({ value }) => (from === null || value >= from) && (to === null || value < to));
    return { from, to, ...tallyOf(inside) };
  });
  const joinAt = (i: number): void =>
    void (bins = [...bins.slice(0, i), join(bins[i]!, bins[i + 1]!), ...bins.slice(i + 2)]);
  const joinWhile = (find: () => number): void => {
    for (let i = find(); i >= 0 && bins.length > 1; i = find()) joinAt(i);
  };
  // Empty bins first: they have no bad rate.
  joinWhile(() =>
    nearest(
      bins,
      bins.findIndex((bin) => rowsOf(bin) === 0),
    ),
  );
  if (declared.better !== null) {
    const sign = declared.better === 'higher' ? 1 : -1;
    joinWhile(() =>
      bins.findIndex((bin, i) => i + 1 < bins.length && sign * (badRateOf(bins[i + 1]!) - badRateOf(bin)) >= 0),
    );
  }
  const tooSmall = (bin: NumberBin): boolean =>
    rowsOf(bin) < rules.minShare * rowsOf(all) || bin.goods < rules.minOfEach || bin.bads < rules.minOfEach;
  joinWhile(() => nearest(bins, bins.findIndex(tooSmall)));
  const gapAfter = (i: number): number =>
    Math.abs(weightOfEvidence(bins[i + 1]!, all) - weightOfEvidence(bins[i]!, all));
  joinWhile(() => {
    const closest = bins.slice(0, -1).reduce((best, _, i) => (best < 0 || gapAfter(i) < gapAfter(best) ? i : best), -1);
    return closest >= 0 && gapAfter(closest) < rules.minWoeGap ? closest : -1;
  });
  return bins;
}

/** Where to join a bin to the neighbour it is most like: the index of the left of the two; −1 for an index of −1. */
function nearest(bins: readonly NumberBin[], at: number): number {
  if (at < 0) return -1;
  const left = bins[at - 1];
  const right = bins[at + 1];
  if (left === undefined) return at;
  if (right === undefined || rowsOf(bins[at]!) === 0) return at - 1;
  return Math.abs(badRateOf(left) - badRateOf(bins[at]!)) <= Math.abs(badRateOf(right) - badRateOf(bins[at]!))
    ? at - 1
    : at;
}

/** Bins of a code as declared. Throws Error for a code in the sample that no group holds. */
export function codeBins(declared: DeclaredCode, sample: readonly Sample<string>[]): CodeBin[] {
  const known = new Set(declared.groups.flat());
  const ungrouped = sample.find(({ value }) => !known.has(value));
  if (ungrouped !== undefined) throw new Error(`${declared.name}: no group holds the code ${ungrouped.value}`);
  return declared.groups.map((codes) => ({ codes, ...tallyOf(sample.filter(({ value }) => codes.includes(value))) }));
}

/** Counts good and bad rows. */
export function tallyOf(sample: readonly { readonly bad: boolean }[]): Tally {
  const bads = sample.filter(({ bad }) => bad).length;
  return { goods: sample.length - bads, bads };
}
