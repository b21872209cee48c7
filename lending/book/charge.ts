import type { Amounts } from './amounts.ts';

/** What a charge is worked out from: a FLAT amount, or a rate on the instalment's principal, interest, or both (at disbursement: on the loan). */
export const CHARGE_BASES = ['FLAT', 'PRINCIPAL', 'INTEREST', 'PRINCIPAL_AND_INTEREST'] as const;
export type ChargeBasis = (typeof CHARGE_BASES)[number];

/**
 * When it falls due: paid at DISBURSEMENT, on a SPECIFIED_DATE, a part with every INSTALMENT, or once for each instalment that is OVERDUE
 * longer than its grace.
 */
export const CHARGE_TIMES = ['DISBURSEMENT', 'SPECIFIED_DATE', 'INSTALMENT', 'OVERDUE'] as const;
export type ChargeTime = (typeof CHARGE_TIMES)[number];

/** A charge as it is agreed on: a fee, or a penalty for something the borrower did. */
export interface ChargeTerms {
  readonly chargeId: string;
  readonly name: string;
  readonly kind: 'FEE' | 'PENALTY';
  readonly basis: ChargeBasis;
  readonly time: ChargeTime;
  /** FLAT: fen (per instalment, for INSTALMENT and OVERDUE) */
  readonly amountFen?: number | undefined;
  /** other bases: `"0.015"` = 1.5 % */
  readonly rate?: string | undefined;
  /** SPECIFIED_DATE */
  readonly dueOn?: string | undefined;
  /** OVERDUE: charged when an instalment is more than so many days late */
  readonly graceDays?: number | undefined;
}

/** The part of a charge that lies in one instalment. */
export interface ChargeLine {
  /** number of the instalment; null when it is paid at disbursement, outside every instalment */
  n: number | null;
  dueOn: string;
  dueFen: number;
  paidFen: number;
  waivedFen: number;
}

export interface Charge extends ChargeTerms {
  lines: ChargeLine[];
}

interface ChargeTotals {
  readonly dueFen: number;
  readonly paidFen: number;
  readonly waivedFen: number;
  readonly outstandingFen: number;
}

export function lineOutstanding(line: ChargeLine): number {
  return line.dueFen - line.paidFen - line.waivedFen;
}

/** Sums over the lines of a charge. */
export function chargeTotals({ lines }: Charge): ChargeTotals {
  const sum = (of: (line: ChargeLine) => number): number => lines.reduce((all, line) => all + of(line), 0);
  return {
    dueFen: sum((line) => line.dueFen),
    paidFen: sum((line) => line.paidFen),
    waivedFen: sum((line) => line.waivedFen),
    outstandingFen: sum(lineOutstanding),
  };
}

/** The field of Amounts a charge counts in. */
export function chargeField(charge: Pick<ChargeTerms, 'kind'>): keyof Amounts & ('feeFen' | 'penaltyFen') {
  return charge.kind === 'FEE' ? 'feeFen' : 'penaltyFen';
}
