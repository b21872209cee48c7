/** Exact conversions between what people read and what the API takes: digits are moved, nothing is multiplied. */

/** A decimal's point moved to the right (or left, when negative): `("7.2", -2)` → `"0.072"`. Throws RangeError on anything but a plain decimal. */
function shifted(text: string, places: number): string {
  const match = /^(-?)(\d*)\.?(\d*)$/.exec(text.trim());
  if (match === null || (match[2] === '' && match[3] === '')) throw new RangeError(`not a decimal: ${text}`);
  const [, sign = '', whole = '', decimals = ''] = match;
  const point = whole.length + places;
  const digits = (whole + decimals).padEnd(point, '0').padStart((whole + decimals).length - Math.min(point, 0), '0');
  const at = Math.max(point, 0);
  const left = digits.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const right = digits.slice(at).replace(/0+$/, '');
  return `${sign}${left}${right === '' ? '' : `.${right}`}`;
}

/** Yuan as typed → fen: `"3096.86"` → 309686. What has more than two decimals is no whole number of fen, and stays so. */
export function fenOf(yuan: string): number {
  return Number(shifted(yuan, 2));
}

/** Fen → yuan: 309686 → `"3096.86"`, 10000000 → `"100000"`. */
export function yuanText(fen: number): string {
  return shifted(String(fen), -2);
}

/** Percent as typed → rate: `"7.2"` → `"0.072"`. */
export function rateOf(percent: string): string {
  return shifted(percent, -2);
}

/** Rate → percent: `"0.072"` → `"7.2"`; what is no decimal stays as it is. */
export function percentText(rate: string): string {
  try {
    return shifted(rate, 2);
  } catch {
    return rate;
  }
}
