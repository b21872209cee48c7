import data from './data/divisions.json' with { type: 'json' };

/** An administrative division of China 行政区划. */
export interface Division {
  /** six digits of GB/T 2260 */
  code: string;
  name: string;
  level: 'province' | 'city' | 'district';
  /** names of what it lies in; null where it lies in none (districts of a municipality have no city) */
  city: string | null;
  province: string;
  /** false for a code that newer editions have withdrawn; such codes go on in ID cards and old addresses */
  current: boolean;
}

const DIVISIONS: ReadonlyMap<string, Division> = (() => {
  const all = new Map<string, Division>();
  const provinceOf = (code: string): string => all.get(`${code.slice(0, 2)}0000`)?.name ?? '';
  const add = (rows: string[][], level: Division['level'], current: boolean): void => {
    for (const [code = '', name = ''] of rows) {
      if (all.has(code)) continue;
      const city = level === 'district' ? (all.get(`${code.slice(0, 4)}00`)?.name ?? null) : null;
      all.set(code, { code, name, level, city, province: level === 'province' ? name : provinceOf(code), current });
    }
  };
  add(data.provinces, 'province', true);
  add(data.cities, 'city', true);
  add(data.districts, 'district', true);
  add(data.older, 'district', false);
  return all;
})();

/** The division of a six-digit code, current or withdrawn; null when no edition at hand knows it. */
export function divisionOf(code: string): Division | null {
  return DIVISIONS.get(code) ?? null;
}

/** Every division, provinces first, then cities, then districts. */
export function divisions(): Iterable<Division> {
  return DIVISIONS.values();
}
