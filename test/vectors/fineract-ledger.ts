import type { AccountRole } from '../../models/ledger/index.ts';
import type { JournalLine } from '../../lending/ledger/post.ts';

/** The accounts of the upstream's test products. Several roles share one. */
const FINERACT_ACCOUNTS: Readonly<Partial<Record<AccountRole, { readonly code: string; readonly type: string; readonly name: string }>>> = {
  'loan-principal': { code: '112601', type: 'ASSET', name: 'Loans Receivable' },
  funding: { code: '145023', type: 'LIABILITY', name: 'Suspense/Clearing account' },
  'interest-receivable': { code: '112603', type: 'ASSET', name: 'Interest/Fee Receivable' },
  'fee-receivable': { code: '112603', type: 'ASSET', name: 'Interest/Fee Receivable' },
  'penalty-receivable': { code: '112603', type: 'ASSET', name: 'Interest/Fee Receivable' },
  'interest-income': { code: '404000', type: 'INCOME', name: 'Interest Income' },
  'fee-income': { code: '404007', type: 'INCOME', name: 'Fee Income' },
  'penalty-income': { code: '404007', type: 'INCOME', name: 'Fee Income' },
  overpayment: { code: 'l1', type: 'LIABILITY', name: 'Overpayment account' },
  'recovery-income': { code: '744008', type: 'INCOME', name: 'Recoveries' },
  'charge-off-expense': { code: '744007', type: 'EXPENSE', name: 'Credit Loss/Bad Debt' },
  'charge-off-fraud-expense': { code: '744037', type: 'EXPENSE', name: 'Credit Loss/Bad Debt-Fraud' },
  'charge-off-interest': { code: '404001', type: 'INCOME', name: 'Interest Income Charge Off' },
  'charge-off-fee': { code: '404008', type: 'INCOME', name: 'Fee Charge Off' },
  'charge-off-penalty': { code: '404008', type: 'INCOME', name: 'Fee Charge Off' },
  'goodwill-expense': { code: '744003', type: 'EXPENSE', name: 'Goodwill Expense Account' },
};

/** The names the upstream's accounting rules give the accounts, by our role. */
export const RULE_ACCOUNTS: Readonly<Partial<Record<AccountRole, string>>> = {
  'loan-principal': 'loan_portfolio',
  funding: 'fund_source',
  'interest-receivable': 'interest_receivable',
  'fee-receivable': 'fees_receivable',
  'penalty-receivable': 'penalties_receivable',
  'interest-income': 'interest_income',
  'fee-income': 'income_from_fees',
  'penalty-income': 'income_from_penalties',
  overpayment: 'overpayment_liability',
  'losses-written-off': 'losses_written_off',
  'recovery-income': 'income_from_recovery',
  'charge-off-expense': 'charge_off_expense',
  'charge-off-fraud-expense': 'charge_off_fraud_expense',
  'charge-off-interest': 'income_from_charge_off_interest',
  'charge-off-fee': 'income_from_charge_off_fees',
  'charge-off-penalty': 'income_from_charge_off_penalty',
  'goodwill-expense': 'goodwill_credit_expense',
  'goodwill-interest': 'income_from_goodwill_credit_interest',
  'goodwill-fee': 'income_from_goodwill_credit_fees',
  'goodwill-penalty': 'income_from_goodwill_credit_penalty',
};

/** A line as text, `D 112601 Loans Receivable 250.00`; lines of one account and side are one. Sorted. */
export function ledgerText(lines: readonly JournalLine[]): string[] {
  const sums = new Map<string, number>();
  for (const { side, account, amountFen } of lines) {
    const of = FINERACT_ACCOUNTS[account];
    const key = `${side} ${of === undefined ? account : `${of.type} ${of.code} ${of.name}`}`;
    sums.set(key, (sums.get(key) ?? 0) + amountFen);
  }
  return [...sums].map(([key, fen]) => `${key} ${yuanText(fen)}`).sort();
}

/** Fen as `250.00`. */
export function yuanText(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  return `${sign}${Math.trunc(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
}
