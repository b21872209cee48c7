/** Exact comparison and text of shares: money is whole fen, ratios are decimal strings, no float ever decides. */

/** A decimal string as a fraction of integers. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
  readonly text: string;
}

/** Reads `"0.80"` as 80/100. Throws RangeError on anything but a plain non-negative decimal of at most nine decimals. */
export function ratio(text: string): Ratio {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) throw new RangeError(`not a ratio: ${text}`);
  const decimals = match[2] ?? '';
  return { numerator: Number(match[1]! + decimals), denominator: 10 ** decimals.length, text };
}

/** Whether part / whole > limit, exactly; with a whole of 0 any part above 0 exceeds. */
export function exceeds(part: number, whole: number, limit: Ratio): boolean {
  const left = part * limit.denominator;
  const right = whole * limit.numerator;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left > right;
  return BigInt(part) * BigInt(limit.denominator) > BigInt(whole) * BigInt(limit.numerator);
}

/** Whether one ratio is above another, exactly. */
export function above(value: Ratio, limit: Ratio): boolean {
  return BigInt(value.numerator) * BigInt(limit.denominator) > BigInt(limit.numerator) * BigInt(value.denominator);
}

/** part / whole in percent with two decimals, rounded up, so that what exceeds a limit also reads above it; `—` for a whole of 0. */
export function percentOf(part: number, whole: number): string {
  if (whole <= 0) return '—';
  const hundredths = (BigInt(part) * 10_000n + BigInt(whole) - 1n) / BigInt(whole);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}%`;
}

/** A ratio as percent without needless zeros: `0.80` → `80%`, `0.065998` → `6.5998%`. */
export function percent(text: string): string {
  const [whole = '0', decimals = ''] = text.split('.');
  const digits = decimals.padEnd(2, '0');
  const rest = digits.slice(2).replace(/0+$/, '');
  return `${Number(whole + digits.slice(0, 2))}${rest === '' ? '' : `.${rest}`}%`;
}

/** Fen as yuan with separators: 309686 → `3,096.86元`. */
export function yuan(fen: number): string {
  const whole = String(Math.floor(fen / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}.${String(fen % 100).padStart(2, '0')}元`;
}
