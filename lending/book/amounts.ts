/** The four parts a debt consists of, in fen: what is owed, paid, waived or written off is always split into them. */
export interface Amounts {
  principalFen: number;
  interestFen: number;
  feeFen: number;
  penaltyFen: number;
}

export const PORTIONS = ['PENALTY', 'FEE', 'INTEREST', 'PRINCIPAL'] as const;
export type Portion = (typeof PORTIONS)[number];

/** The field of Amounts a portion lies in. */
export const FIELD: Readonly<Record<Portion, keyof Amounts>> = {
  PENALTY: 'penaltyFen',
  FEE: 'feeFen',
  INTEREST: 'interestFen',
  PRINCIPAL: 'principalFen',
};
export const FIELDS = [
  'principalFen',
  'interestFen',
  'feeFen',
  'penaltyFen',
] as const satisfies readonly (keyof Amounts)[];

/** Nothing of anything; a fresh object. */
export const nothing = (): Amounts => ({ principalFen: 0, interestFen: 0, feeFen: 0, penaltyFen: 0 });

export function sumOf({ principalFen, interestFen, feeFen, penaltyFen }: Amounts): number {
  return principalFen + interestFen + feeFen + penaltyFen;
}

export function added(a: Amounts, b: Amounts): Amounts {
  return {
    principalFen: a.principalFen + b.principalFen,
    interestFen: a.interestFen + b.interestFen,
    feeFen: a.feeFen + b.feeFen,
    penaltyFen: a.penaltyFen + b.penaltyFen,
  };
}

export function subtracted(a: Amounts, b: Amounts): Amounts {
  return {
    principalFen: a.principalFen - b.principalFen,
    interestFen: a.interestFen - b.interestFen,
    feeFen: a.feeFen - b.feeFen,
    penaltyFen: a.penaltyFen - b.penaltyFen,
  };
}

/** The sum of many. */
export function total(of: Iterable<Amounts>): Amounts {
  const sum = nothing();
  for (const amounts of of) for (const field of FIELDS) sum[field] += amounts[field];
  return sum;
}
