/** A decimal number as it was written: sign, digits before and after the point. */
export interface Decimal {
  negative: boolean;
  whole: string;
  fraction: string;
}

const FORM = /^([+-]?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,12}))?$/;

/** Reads a number, thousands separated by commas or not at all, after taking one of the suffixes off. Undefined when it is none. */
export function decimalOf(text: string | undefined, suffixes: readonly string[] = []): Decimal | undefined {
  if (text === undefined) return undefined;
  const suffix = suffixes.find((candidate) => text.endsWith(candidate));
  const match = FORM.exec(suffix === undefined ? text : text.slice(0, -suffix.length).trimEnd());
  return match === null
    ? undefined
    : {
        negative: match[1] === '-',
        whole: match[2]!.replaceAll(',', ''),
        fraction: (match[3] ?? '').replace(/0+$/, ''),
      };
}

/** The number with its point moved `places` to the right, as an integer; exact, never by floating point. */
export function shifted({ negative, whole, fraction }: Decimal, places: number): number | 'too-precise' | 'too-large' {
  if (fraction.length > places) return 'too-precise';
  const value = Number(whole + fraction.padEnd(places, '0'));
  if (!Number.isSafeInteger(value)) return 'too-large';
  return negative ? 0 - value : value;
}

const MOST_DECIMALS = 6;
const HUNDRED_PERCENT = 100n * 10n ** BigInt(MOST_DECIMALS);

/** So many percent of an amount in fen, half up; `off`: what is left when so many percent are taken off. Undefined outside 0 to 100. */
export function shareOf(percent: Decimal, baseFen: number, off: boolean): number | undefined {
  const scaled = shifted(percent, MOST_DECIMALS);
  if (typeof scaled === 'string' || scaled < 0 || BigInt(scaled) > HUNDRED_PERCENT) return undefined;
  const taken = off ? HUNDRED_PERCENT - BigInt(scaled) : BigInt(scaled);
  return Number((BigInt(baseFen) * taken * 2n + HUNDRED_PERCENT) / (HUNDRED_PERCENT * 2n));
}
