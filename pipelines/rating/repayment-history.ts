/** What the hub itself knows of how a person repaid its loans; null where it never had one. */
export interface RepaymentHistory {
  /** loans with at least one observed month */
  readonly loans: number;
  readonly monthsObserved: number;
  readonly currentDaysPastDue: number;
  readonly maxDaysPastDue24Months: number;
}
