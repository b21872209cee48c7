import { percent, yuan } from '../../models/numbers/exact.ts';
import type { Portion } from '../book/amounts.ts';

/** What a figure is made of, in both languages. `figure` is a JSON pointer within the step. */
export interface Explanation {
  readonly figure: string;
  readonly zh: string;
  readonly en: string;
}

/** One sentence in both languages. */
export interface Said {
  readonly zh: string;
  readonly en: string;
}

/** 309686 → `3,096.86`. */
export const money = (fen: number): string => (fen < 0 ? `−${yuan(-fen).slice(0, -1)}` : yuan(fen).slice(0, -1));

/** `"0.072"` → `7.2%`. */
export const rateText = percent;

export const PORTION_WORD: Readonly<Record<Portion, Said>> = {
  PENALTY: { zh: '罚息违约金', en: 'penalties' },
  FEE: { zh: '费用', en: 'fees' },
  INTEREST: { zh: '利息', en: 'interest' },
  PRINCIPAL: { zh: '本金', en: 'principal' },
};

/** Sentences one after the other. */
export function joined(sentences: readonly Said[], separator: Said = { zh: '；', en: '; ' }): Said {
  return { zh: sentences.map(({ zh }) => zh).join(separator.zh), en: sentences.map(({ en }) => en).join(separator.en) };
}

/** `a + b + c`, of amounts other than 0; `0.00` for none. */
export function sumText(amounts: readonly number[]): string {
  const parts = amounts.filter((fen) => fen !== 0).map(money);
  return parts.length === 0 ? money(0) : parts.join(' + ');
}
