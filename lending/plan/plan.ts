/** One line of a repayment plan 还款计划. */
export interface PlanRow {
  /** 1 … termPeriods; 0 is a down payment on the day of disbursement */
  readonly n: number;
  /** first day whose interest is in this row */
  readonly fromOn: string;
  readonly dueOn: string;
  /** calendar days from `fromOn` to `dueOn` */
  readonly days: number;
  readonly principalFen: number;
  readonly interestFen: number;
  readonly feeFen: number;
  /** principal + interest + fee */
  readonly totalFen: number;
  /** principal still owed after this row */
  readonly balanceFen: number;
}

/** Sums over all rows. */
export interface PlanTotals {
  readonly principalFen: number;
  readonly interestFen: number;
  readonly feeFen: number;
  readonly totalFen: number;
}

/** A plan: its principal parts add up to the loan, the last balance is 0, no part is negative, due dates rise. */
export interface Plan {
  readonly rows: readonly PlanRow[];
  readonly totals: PlanTotals;
}
