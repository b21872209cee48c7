import { readPostingRules } from './posting-rules.ts';

/** How this hub posts 记账规则, unless a lender's own rules replace them (docs/domain.md §11); the format is that of readPostingRules. */
export const DEFAULT_POSTING_RULES = readPostingRules(`
DISBURSEMENT |
  D loan-principal PRINCIPAL, C funding PRINCIPAL
REPAYMENT_AT_DISBURSEMENT |
  D funding AMOUNT, C fee-income FEE, C penalty-income PENALTY
REPAYMENT DOWN_PAYMENT MERCHANT_REFUND PAYOUT_REFUND |
  D funding AMOUNT, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY, C overpayment OVERPAID
REPAYMENT DOWN_PAYMENT | chargedOff
  D funding AMOUNT, C recovery-income ALLOCATED, C overpayment OVERPAID
REPAYMENT DOWN_PAYMENT MERCHANT_REFUND PAYOUT_REFUND | nonAccrual
  D funding AMOUNT, C loan-principal PRINCIPAL, C interest-income INTEREST, C fee-receivable FEE,
  C penalty-income PENALTY, C overpayment OVERPAID, D memo-contra INTEREST, C memo-interest INTEREST,
  D memo-contra PENALTY, C memo-penalty PENALTY
MERCHANT_REFUND PAYOUT_REFUND | chargedOff !fraud
  D funding AMOUNT, C charge-off-expense PRINCIPAL, C charge-off-interest INTEREST, C charge-off-fee FEE,
  C charge-off-penalty PENALTY, C overpayment OVERPAID
MERCHANT_REFUND PAYOUT_REFUND | chargedOff fraud
  D funding AMOUNT, C charge-off-fraud-expense PRINCIPAL, C charge-off-interest INTEREST, C charge-off-fee FEE,
  C charge-off-penalty PENALTY, C overpayment OVERPAID
GOODWILL_CREDIT |
  D goodwill-expense PRINCIPAL, D goodwill-expense OVERPAID, D goodwill-interest INTEREST, D goodwill-fee FEE,
  D goodwill-penalty PENALTY, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY, C overpayment OVERPAID
GOODWILL_CREDIT | chargedOff
  D goodwill-expense AMOUNT, C recovery-income ALLOCATED, C overpayment OVERPAID
GOODWILL_CREDIT | nonAccrual
  D goodwill-expense PRINCIPAL, C loan-principal PRINCIPAL, D goodwill-fee FEE, C fee-receivable FEE,
  D goodwill-expense OVERPAID, C overpayment OVERPAID, D memo-contra INTEREST, C memo-interest INTEREST,
  D memo-contra PENALTY, C memo-penalty PENALTY
INTEREST_PAYMENT_WAIVER |
  D interest-income AMOUNT, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY, C overpayment OVERPAID
INTEREST_PAYMENT_WAIVER | chargedOff
  D interest-income AMOUNT, C recovery-income ALLOCATED, C overpayment OVERPAID
INTEREST_PAYMENT_WAIVER | nonAccrual
  D interest-income PRINCIPAL, C loan-principal PRINCIPAL, D interest-income FEE, C fee-receivable FEE,
  D interest-income OVERPAID, C overpayment OVERPAID, D memo-contra INTEREST, C memo-interest INTEREST,
  D memo-contra PENALTY, C memo-penalty PENALTY
ACCRUAL |
  D interest-receivable INTEREST, C interest-income INTEREST, D fee-receivable FEE, C fee-income FEE,
  D penalty-receivable PENALTY, C penalty-income PENALTY
ACCRUAL | nonAccrual
  D memo-interest INTEREST, C memo-contra INTEREST, D fee-receivable FEE, C fee-income FEE, D memo-penalty PENALTY,
  C memo-contra PENALTY
ACCRUAL | chargedOff
ACCRUAL_CORRECTION |
  C interest-receivable INTEREST, D interest-income INTEREST, C fee-receivable FEE, D fee-income FEE,
  C penalty-receivable PENALTY, D penalty-income PENALTY
ACCRUAL_CORRECTION | nonAccrual
  C memo-interest INTEREST, D memo-contra INTEREST, C fee-receivable FEE, D fee-income FEE, C memo-penalty PENALTY,
  D memo-contra PENALTY
ACCRUAL_CORRECTION | chargedOff
FEE_ADJUSTMENT |
  D fee-income AMOUNT, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY, C overpayment OVERPAID
FEE_ADJUSTMENT | nonAccrual
  D fee-income PRINCIPAL, C loan-principal PRINCIPAL, D fee-income FEE, C fee-receivable FEE, D fee-income OVERPAID,
  C overpayment OVERPAID, D memo-contra INTEREST, C memo-interest INTEREST, D memo-contra PENALTY,
  C memo-penalty PENALTY
FEE_ADJUSTMENT | chargedOff
  D fee-income AMOUNT, C recovery-income ALLOCATED, C overpayment OVERPAID
PENALTY_ADJUSTMENT |
  D penalty-income AMOUNT, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY, C overpayment OVERPAID
PENALTY_ADJUSTMENT | nonAccrual
  D penalty-income PRINCIPAL, C loan-principal PRINCIPAL, D penalty-income FEE, C fee-receivable FEE,
  D penalty-income OVERPAID, C overpayment OVERPAID, D memo-contra INTEREST, C memo-interest INTEREST,
  D memo-contra PENALTY, C memo-penalty PENALTY
PENALTY_ADJUSTMENT | chargedOff
  D penalty-income AMOUNT, C recovery-income ALLOCATED, C overpayment OVERPAID
WRITE_OFF CHARGE_WAIVER WAIVER | nonAccrual
  D losses-written-off PRINCIPAL, C loan-principal PRINCIPAL, D losses-written-off FEE, C fee-receivable FEE,
  D memo-contra INTEREST, C memo-interest INTEREST, D memo-contra PENALTY, C memo-penalty PENALTY
WRITE_OFF CHARGE_WAIVER WAIVER |
  D losses-written-off AMOUNT, C loan-principal PRINCIPAL, C interest-receivable INTEREST, C fee-receivable FEE,
  C penalty-receivable PENALTY
WRITE_OFF CHARGE_WAIVER WAIVER | chargedOff
RECOVERY |
  D funding AMOUNT, C recovery-income AMOUNT
REFUND |
  D overpayment OVERPAID, D loan-principal PRINCIPAL, C funding AMOUNT
REFUND | chargedOff !fraud
  D overpayment OVERPAID, D charge-off-expense PRINCIPAL, C funding AMOUNT
REFUND | chargedOff fraud
  D overpayment OVERPAID, D charge-off-fraud-expense PRINCIPAL, C funding AMOUNT
CHARGE_BACK |
  C funding AMOUNT, D overpayment OVERPAID, D loan-principal PRINCIPAL, D interest-receivable INTEREST,
  D fee-receivable FEE, D penalty-receivable PENALTY
CHARGE_BACK | chargedOff !fraud
  C funding AMOUNT, D overpayment OVERPAID, D charge-off-expense PRINCIPAL, D charge-off-interest INTEREST,
  D charge-off-fee FEE, D charge-off-penalty PENALTY
CHARGE_BACK | chargedOff fraud
  C funding AMOUNT, D overpayment OVERPAID, D charge-off-fraud-expense PRINCIPAL, D charge-off-interest INTEREST,
  D charge-off-fee FEE, D charge-off-penalty PENALTY
CHARGE_BACK | nonAccrual
  C funding AMOUNT, D overpayment OVERPAID, D loan-principal PRINCIPAL, D interest-income INTEREST,
  D fee-receivable FEE, D penalty-income PENALTY, D memo-interest INTEREST, C memo-contra INTEREST,
  D memo-penalty PENALTY, C memo-contra PENALTY
CHARGE_OFF | !fraud
  D charge-off-expense PRINCIPAL, C loan-principal PRINCIPAL, D charge-off-interest INTEREST,
  C interest-receivable INTEREST, D charge-off-fee FEE, C fee-receivable FEE, D charge-off-penalty PENALTY,
  C penalty-receivable PENALTY
CHARGE_OFF | fraud
  D charge-off-fraud-expense PRINCIPAL, C loan-principal PRINCIPAL, D charge-off-interest INTEREST,
  C interest-receivable INTEREST, D charge-off-fee FEE, C fee-receivable FEE, D charge-off-penalty PENALTY,
  C penalty-receivable PENALTY
CHARGE_OFF | nonAccrual !fraud
  D charge-off-expense PRINCIPAL, C loan-principal PRINCIPAL, D charge-off-fee FEE, C fee-receivable FEE,
  D memo-contra INTEREST, C memo-interest INTEREST, D memo-contra PENALTY, C memo-penalty PENALTY
CHARGE_OFF | nonAccrual fraud
  D charge-off-fraud-expense PRINCIPAL, C loan-principal PRINCIPAL, D charge-off-fee FEE, C fee-receivable FEE,
  D memo-contra INTEREST, C memo-interest INTEREST, D memo-contra PENALTY, C memo-penalty PENALTY
NON_ACCRUAL |
  D interest-income INTEREST, C interest-receivable INTEREST, D penalty-income PENALTY, C penalty-receivable PENALTY,
  D memo-interest INTEREST, D memo-penalty PENALTY, C memo-contra AMOUNT
RETURN_TO_ACCRUAL |
  D interest-receivable INTEREST, C interest-income INTEREST, D penalty-receivable PENALTY, C penalty-income PENALTY,
  D memo-contra AMOUNT, C memo-interest INTEREST, C memo-penalty PENALTY
COMMISSION |
  D commission-expense AMOUNT, C commission-payable AMOUNT
CHANNEL_FEE |
  D channel-fee-expense AMOUNT, C channel-fee-payable AMOUNT
`);
