import { DEFAULT_POSTING_RULES, type PostingRule } from '../../models/ledger/index.ts';
import { type ClassRules, DEFAULT_CLASS_RULES } from '../ageing/asset-class.ts';
import type { DelinquencyRange } from '../ageing/ageing.ts';
import { DEFAULT_SERVICING_RULES, type ServicingRules } from '../book/servicing-rules.ts';

/** How the delinquency of a loan is set. */
interface DelinquencyRules {
  readonly graceDays: number;
  readonly ranges: readonly DelinquencyRange[];
  /** ALWAYS set by a day end, or NOT_IN_PAUSE */
  readonly dayEnds: 'ALWAYS' | 'NOT_IN_PAUSE';
  /** a day end sets it as of the day it closes, or as of the day it is RECORDED on */
  readonly asOf: 'DAY' | 'RECORDED';
}

/** Everything a loan is run by, in force from a date on: data, none of it code. */
export interface LoanPolicy {
  readonly servicing: ServicingRules;
  readonly classes: ClassRules;
  readonly delinquency: DelinquencyRules;
  readonly posting: readonly PostingRule[];
  /** interest is no longer accrued as income when more than so many days are past due */
  readonly nonAccrualAboveDays: number;
}

export const DEFAULT_LOAN_POLICY: LoanPolicy = {
  servicing: DEFAULT_SERVICING_RULES,
  classes: DEFAULT_CLASS_RULES,
  delinquency: {
    graceDays: 0,
    ranges: [
      { name: 'M1', min: 1, max: 30 },
      { name: 'M2', min: 31, max: 60 },
      { name: 'M3', min: 61, max: 90 },
      { name: 'M4', min: 91, max: 120 },
      { name: 'M5', min: 121, max: 150 },
      { name: 'M6', min: 151, max: 180 },
      { name: 'M6+', min: 181, max: null },
    ],
    dayEnds: 'ALWAYS',
    asOf: 'DAY',
  },
  posting: DEFAULT_POSTING_RULES,
  nonAccrualAboveDays: 90,
};
