import { addMonths } from '../../models/reference/dates.ts';
import type { AssetClass, Classification } from '../ageing/asset-class.ts';
import { FIELD, PORTIONS, sumOf } from '../book/amounts.ts';
import type { LoanState } from '../loan/loan-state.ts';
import type { Transaction, TransactionKind } from '../book/transaction.ts';
import { explainLevel, explainSchedule } from './explain-schedule.ts';
import { type Explanation, joined, money, PORTION_WORD, type Said, sumText } from './explanation.ts';
import type { SimulatedStep } from './simulated-step.ts';

/** Every figure of a step that the step has made or changed: the formula with the numbers in it. */
export function explainStep(
  step: Omit<SimulatedStep, 'explanations'>,
  before: LoanState,
  after: LoanState,
): Explanation[] {
  return [
    ...(before.book.disbursements.length === 0 ? explainLevel(after) : []),
    ...explainSchedule(before, after),
    ...step.transactions.map((transaction, index) => ({
      figure: `/transactions/${index}/amountFen`,
      ...explainTransaction(transaction, after),
    })),
    { figure: '/owed/totalFen', ...explainOwed(step) },
    { figure: '/ageing/daysPastDue', ...explainAgeing(step) },
    { figure: '/classification/assetClass', ...explainClass(after, step.classification) },
    ...step.journal.map(({ lines, kind, reverses }, index) => ({
      figure: `/journal/${index}`,
      ...explainEntry(kind, reverses, lines),
    })),
  ];
}

function explainOwed({ owed }: Pick<SimulatedStep, 'owed'>): Said {
  const parts = sumText([owed.principalFen, owed.interestFen, owed.feeFen, owed.penaltyFen]);
  return {
    zh: `本金 + 利息 + 费用 + 罚息违约金：${parts} = ${money(owed.totalFen)}`,
    en: `principal + interest + fees + penalties: ${parts} = ${money(owed.totalFen)}`,
  };
}

function explainAgeing({ ageing, businessDate }: Pick<SimulatedStep, 'ageing' | 'businessDate'>): Said {
  const { oldestDueOn, daysPastDue, pausedDays, countedDays, bucket } = ageing;
  if (oldestDueOn === null) return { zh: '无逾期：M0', en: 'nothing is overdue: M0' };
  const paused =
    pausedDays === 0
      ? { zh: '', en: '' }
      : {
          zh: `，扣除暂停 ${pausedDays} 天计 ${countedDays} 天`,
          en: `, less ${pausedDays} days paused: ${countedDays}`,
        };
  return {
    zh: `${businessDate} − 最早未还到期日 ${oldestDueOn} = ${daysPastDue} 天${paused.zh}，属 ${bucket}`,
    en: `${businessDate} − oldest unpaid due date ${oldestDueOn} = ${daysPastDue} days${paused.en}: ${bucket}`,
  };
}

const CLASS_WORD: Readonly<Record<AssetClass, Said>> = {
  NORMAL: { zh: '正常', en: 'normal' },
  SPECIAL_MENTION: { zh: '关注', en: 'special mention' },
  SUBSTANDARD: { zh: '次级', en: 'substandard' },
  DOUBTFUL: { zh: '可疑', en: 'doubtful' },
  LOSS: { zh: '损失', en: 'loss' },
};

function explainClass(state: LoanState, { assetClass, reason, clearedOn, since, eclStage }: Classification): Said {
  const { upgrade, observationMonths, technicalDays, daysAbove } = state.policy.classes;
  const why: Readonly<Record<Classification['reason'], Said>> = {
    NO_ARREARS: { zh: '无逾期', en: 'no arrears' },
    DAYS_PAST_DUE:
      assetClass === 'NORMAL'
        ? { zh: '无逾期', en: 'no arrears' }
        : { zh: `逾期超过 ${daysAbove[assetClass]} 天`, en: `more than ${daysAbove[assetClass]} days past due` },
    TECHNICAL: { zh: `技术性逾期不超过 ${technicalDays} 天`, en: `technical overdue of at most ${technicalDays} days` },
    PROBATION:
      clearedOn === null
        ? { zh: '尚有逾期，不得上调', en: 'arrears are left: no upgrade' }
        : {
            zh: `${clearedOn} 还清欠款后须连续按期还款 ${upgrade.instalments} 期且满 ${upgrade.months} 个月（${addMonths(clearedOn, upgrade.months)}）方可上调`,
            en: `cleared on ${clearedOn}; up again after ${upgrade.instalments} instalments paid when due and ${upgrade.months} months (${addMonths(clearedOn, upgrade.months)})`,
          },
    RESTRUCTURED: {
      zh: `重组贷款观察 ${observationMonths} 个月`,
      en: `restructured: observed for ${observationMonths} months`,
    },
    WRITTEN_OFF: { zh: '已核销', en: 'written off' },
  };
  return {
    zh: `${CLASS_WORD[assetClass].zh}（自 ${since}）：${why[reason].zh}；预期信用损失第 ${eclStage} 阶段`,
    en: `${CLASS_WORD[assetClass].en} (since ${since}): ${why[reason].en}; expected credit loss stage ${eclStage}`,
  };
}

const KIND_WORD: Readonly<Record<TransactionKind, Said>> = {
  DISBURSEMENT: { zh: '放款', en: 'disbursement' },
  DOWN_PAYMENT: { zh: '首付', en: 'down payment' },
  REPAYMENT_AT_DISBURSEMENT: { zh: '放款时收取费用', en: 'charges paid at disbursement' },
  REPAYMENT: { zh: '还款', en: 'repayment' },
  GOODWILL_CREDIT: { zh: '善意减免', en: 'goodwill credit' },
  MERCHANT_REFUND: { zh: '商户退款', en: 'merchant refund' },
  PAYOUT_REFUND: { zh: '退放款', en: 'payout refund' },
  INTEREST_PAYMENT_WAIVER: { zh: '利息返还', en: 'interest given back' },
  FEE_ADJUSTMENT: { zh: '费用返还', en: 'fee given back' },
  PENALTY_ADJUSTMENT: { zh: '罚息返还', en: 'penalty given back' },
  CHARGE_WAIVER: { zh: '费用减免', en: 'charge waived' },
  WAIVER: { zh: '减免', en: 'waiver' },
  CHARGE_BACK: { zh: '款项退回', en: 'charge-back' },
  REFUND: { zh: '退还多还款', en: 'refund of an overpayment' },
  CHARGE_OFF: { zh: '计提损失', en: 'charge-off' },
  WRITE_OFF: { zh: '核销', en: 'write-off' },
  RECOVERY: { zh: '核销后收回', en: 'recovery after write-off' },
  ACCRUAL: { zh: '计提', en: 'accrual' },
  ACCRUAL_CORRECTION: { zh: '冲回计提', en: 'accrual taken back' },
  NON_ACCRUAL: { zh: '转表外', en: 'to memorandum' },
  RETURN_TO_ACCRUAL: { zh: '转回表内', en: 'back to accrual' },
};

function explainTransaction(transaction: Omit<Transaction, 'fraud'>, { policy }: LoanState): Said {
  const { kind, amountFen, amounts, parts, overpaidFen, reversed } = transaction;
  const word = KIND_WORD[kind];
  if (reversed)
    return {
      zh: `${word.zh} ${money(amountFen)} 已撤销，其后各笔重新分配`,
      en: `${word.en} of ${money(amountFen)} was taken back; later ones are allocated anew`,
    };
  const split = PORTIONS.filter((portion) => amounts[FIELD[portion]] > 0).map((portion) => ({
    zh: `${PORTION_WORD[portion].zh} ${money(amounts[FIELD[portion]])}`,
    en: `${PORTION_WORD[portion].en} ${money(amounts[FIELD[portion]])}`,
  }));
  const over = overpaidFen > 0 ? [{ zh: `多还款 ${money(overpaidFen)}`, en: `overpayment ${money(overpaidFen)}` }] : [];
  const sum = joined([...split, ...over], { zh: ' + ', en: ' + ' });
  const whole = {
    zh: sum.zh === '' ? `${word.zh} ${money(amountFen)}` : `${word.zh} ${money(amountFen)} = ${sum.zh}`,
    en: sum.en === '' ? `${word.en} ${money(amountFen)}` : `${word.en} ${money(amountFen)} = ${sum.en}`,
  };
  if (kind === 'ACCRUAL')
    return {
      zh: `${whole.zh}（截至 ${transaction.on} 累计应计 − 已计提）`,
      en: `${whole.en} (earned up to ${transaction.on} − accrued before)`,
    };
  if (kind === 'NON_ACCRUAL')
    return {
      zh: `${whole.zh}：逾期超过 ${policy.nonAccrualAboveDays} 天，不再计入收入`,
      en: `${whole.en}: more than ${policy.nonAccrualAboveDays} days past due, no income any more`,
    };
  if (parts.length === 0 || sumOf(amounts) === 0) return whole;
  const where = joined(
    parts.map(({ n, portion, fen }) => ({
      zh: `第 ${n} 期${PORTION_WORD[portion].zh} ${money(fen)}`,
      en: `no. ${n} ${PORTION_WORD[portion].en} ${money(fen)}`,
    })),
    { zh: '、', en: ', ' },
  );
  return { zh: `${whole.zh}；依次冲抵：${where.zh}`, en: `${whole.en}; in this order: ${where.en}` };
}

function explainEntry(kind: string, reverses: number | null, lines: SimulatedStep['journal'][number]['lines']): Said {
  const side = (of: 'D' | 'C', language: 'zh' | 'en'): string =>
    lines
      .filter((line) => line.side === of)
      .map(({ name, amountFen }) => `${name[language]} ${money(amountFen)}`)
      .join(' + ');
  const word = KIND_WORD[kind as TransactionKind];
  const debits = money(lines.reduce((sum, line) => (line.side === 'D' ? sum + line.amountFen : sum), 0));
  if (lines.length === 0) return { zh: `${word.zh}：不记账`, en: `${word.en}: nothing to post` };
  const back =
    reverses === null ? { zh: '', en: '' } : { zh: `冲销第 ${reverses} 号：`, en: `takes entry ${reverses} back: ` };
  return {
    zh: `${back.zh}${word.zh}：借 ${side('D', 'zh')}；贷 ${side('C', 'zh')}；借贷各 ${debits}`,
    en: `${back.en}${word.en}: debit ${side('D', 'en')}; credit ${side('C', 'en')}; both ${debits}`,
  };
}
