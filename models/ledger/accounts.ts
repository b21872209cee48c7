/** Accounts by what they are for; a chart gives each its number and name. Several may be one account of a lender's books. */
export const ACCOUNT_ROLES = [
  'loan-principal',
  'funding',
  'interest-receivable',
  'fee-receivable',
  'penalty-receivable',
  'interest-income',
  'fee-income',
  'penalty-income',
  'overpayment',
  'losses-written-off',
  'recovery-income',
  'charge-off-expense',
  'charge-off-fraud-expense',
  'charge-off-interest',
  'charge-off-fee',
  'charge-off-penalty',
  'goodwill-expense',
  'goodwill-interest',
  'goodwill-fee',
  'goodwill-penalty',
  'memo-interest',
  'memo-penalty',
  'memo-contra',
  'commission-expense',
  'commission-payable',
  'channel-fee-expense',
  'channel-fee-payable',
] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

export const ACCOUNT_TYPES = ['ASSET', 'LIABILITY', 'INCOME', 'EXPENSE', 'MEMORANDUM'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

/** One account of a chart. */
export interface Account {
  readonly code: string;
  readonly type: AccountType;
  readonly name: { readonly zh: string; readonly en: string };
}

/** A chart of accounts: every role has its account. */
export type ChartOfAccounts = Readonly<Record<AccountRole, Account>>;
