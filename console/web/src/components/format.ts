import type { Language } from '../i18n/i18n.tsx';

const SHANGHAI = 'Asia/Shanghai';

/** Fen as yuan with thousands separators: 14000000 → `140,000.00`; without the cents where `decimals` is 0. */
export function yuan(fen: number, decimals = 2): string {
  return (fen / 100).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

export function integer(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A large number in the units its readers use: 万 and 亿, or K, M and B. */
export function compact(value: number, language: Language, decimals = 2): string {
  const size = Math.abs(value);
  const units: [number, string][] =
    language === 'zh-CN'
      ? [
          [1e8, ' 亿'],
          [1e4, ' 万'],
        ]
      : [
          [1e9, ' B'],
          [1e6, ' M'],
          [1e4, ' K'],
        ];
  for (const [unit, name] of units) {
    const divisor = name === ' K' ? 1e3 : unit;
    if (size >= unit) return `${(value / divisor).toLocaleString('en-US', { maximumFractionDigits: decimals })}${name}`;
  }
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals });
}

/** An instant in Shanghai time: `2026-11-20 10:00:00`. */
export function instant(value: string | number | Date): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return date.toLocaleString('sv-SE', { timeZone: SHANGHAI });
}

/** A rate of 0–1 as a percentage. */
export function percent(value: number, decimals = 1): string {
  return `${(value * 100).toFixed(decimals)}%`;
}
