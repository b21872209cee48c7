import type { ChartOfAccounts } from './accounts.ts';

/** The chart this hub ships with, numbered as enterprises here number their accounts; a lender's own replaces it. */
export const DEFAULT_CHART: ChartOfAccounts = {
  'loan-principal': { code: '1303.01', type: 'ASSET', name: { zh: '贷款本金', en: 'Loan principal' } },
  funding: { code: '1002', type: 'ASSET', name: { zh: '银行存款', en: 'Funding account' } },
  'interest-receivable': { code: '1132.01', type: 'ASSET', name: { zh: '应收利息', en: 'Interest receivable' } },
  'fee-receivable': { code: '1132.02', type: 'ASSET', name: { zh: '应收手续费', en: 'Fee receivable' } },
  'penalty-receivable': { code: '1132.03', type: 'ASSET', name: { zh: '应收罚息', en: 'Penalty receivable' } },
  'interest-income': { code: '6011.01', type: 'INCOME', name: { zh: '利息收入', en: 'Interest income' } },
  'fee-income': { code: '6021.01', type: 'INCOME', name: { zh: '手续费收入', en: 'Fee income' } },
  'penalty-income': { code: '6011.02', type: 'INCOME', name: { zh: '罚息收入', en: 'Penalty income' } },
  overpayment: { code: '2241.01', type: 'LIABILITY', name: { zh: '客户多还款', en: 'Overpayment liability' } },
  'losses-written-off': { code: '1304.01', type: 'EXPENSE', name: { zh: '核销损失', en: 'Losses written off' } },
  'recovery-income': { code: '6301.01', type: 'INCOME', name: { zh: '核销收回', en: 'Recovery income' } },
  'charge-off-expense': { code: '6701.01', type: 'EXPENSE', name: { zh: '信用减值损失', en: 'Charge-off expense' } },
  'charge-off-fraud-expense': {
    code: '6701.02',
    type: 'EXPENSE',
    name: { zh: '欺诈损失', en: 'Charge-off expense, fraud' },
  },
  'charge-off-interest': {
    code: '6011.03',
    type: 'INCOME',
    name: { zh: '利息收入冲销', en: 'Interest income charged off' },
  },
  'charge-off-fee': { code: '6021.02', type: 'INCOME', name: { zh: '手续费收入冲销', en: 'Fee income charged off' } },
  'charge-off-penalty': {
    code: '6011.04',
    type: 'INCOME',
    name: { zh: '罚息收入冲销', en: 'Penalty income charged off' },
  },
  'goodwill-expense': { code: '6711.01', type: 'EXPENSE', name: { zh: '客户补偿支出', en: 'Goodwill credit expense' } },
  'goodwill-interest': {
    code: '6011.05',
    type: 'INCOME',
    name: { zh: '利息收入减免', en: 'Interest income, goodwill' },
  },
  'goodwill-fee': { code: '6021.03', type: 'INCOME', name: { zh: '手续费收入减免', en: 'Fee income, goodwill' } },
  'goodwill-penalty': { code: '6011.06', type: 'INCOME', name: { zh: '罚息收入减免', en: 'Penalty income, goodwill' } },
  'memo-interest': { code: '9001.01', type: 'MEMORANDUM', name: { zh: '表外应收利息', en: 'Interest in suspense' } },
  'memo-penalty': { code: '9001.02', type: 'MEMORANDUM', name: { zh: '表外应收罚息', en: 'Penalties in suspense' } },
  'memo-contra': { code: '9001.09', type: 'MEMORANDUM', name: { zh: '表外应收息费对应', en: 'Suspense, contra' } },
  'commission-expense': { code: '6421.01', type: 'EXPENSE', name: { zh: '渠道佣金支出', en: 'Commission expense' } },
  'commission-payable': { code: '2241.02', type: 'LIABILITY', name: { zh: '应付渠道佣金', en: 'Commission payable' } },
  'channel-fee-expense': {
    code: '6421.02',
    type: 'EXPENSE',
    name: { zh: '代扣通道费支出', en: 'Channel fee expense' },
  },
  'channel-fee-payable': { code: '2241.03', type: 'LIABILITY', name: { zh: '应付通道费', en: 'Channel fee payable' } },
};
