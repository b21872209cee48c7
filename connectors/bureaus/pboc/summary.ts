import { ASSET_CLASSES, type CreditSummary } from '../../../models/events/index.ts';
import { addMonths } from '../../../models/reference/dates.ts';
import type { BureauAnswer } from '../bureau.ts';
import { NOTHING_KNOWN } from '../bureau.ts';
import type { PbocAccount, PbocReport } from './report.ts';

/** 个人汽车消费贷款 among the kinds of business. */
const CAR_LOAN = '21';
/** Enquiries for the approval of a loan and of a credit card. */
const LOAN_APPROVAL = '02';
const CARD_APPROVAL = '03';
/** Kinds of public records: 欠税, 民事判决, 强制执行, 行政处罚. */
const PUBLIC = { '1': 'taxArrears', '2': 'civilJudgments', '3': 'enforcements', '4': 'penalties' } as const;

type Family = 'loan' | 'card' | 'recourse';
const FAMILY = { D1: 'loan', R4: 'loan', R1: 'loan', R2: 'card', R3: 'card', C1: 'recourse' } as const;
/** Account states 账户状态 by family: closed or handed on, and bad debt 呆账. */
const CLOSED: Record<Family, readonly string[]> = { loan: ['3', '5'], card: ['4'], recourse: ['2'] };
const BAD_DEBT: Record<Family, readonly string[]> = { loan: ['4'], card: ['5'], recourse: [] };

/** A report in the hub's terms. Pure. */
export function answerOf(report: PbocReport): BureauAnswer {
  const { PA01AI01, PA01AR01 } = report.PRH.PA01.PA01A;
  const summary = summaryOf(report);
  const { accounts, balances, overdue, enquiries } = summary;
  return {
    ...NOTHING_KNOWN,
    outcome: 'report',
    reportNo: PA01AI01,
    overdue: {
      currentDaysPastDue: daysOfPeriods(overdue.periodsNow),
      maxDaysPastDue24Months: daysOfPeriods(overdue.maxPeriods24Months),
      timesOverdue24Months: overdue.monthsOverdue24Months,
    },
    debt: {
      openAccounts: accounts.open,
      balanceFen: balances.loanBalanceFen + balances.cardUsedFen,
      monthlyPaymentFen: balances.monthlyPaymentFen,
    },
    enquiries3Months: enquiries.approvals3Months,
    summary,
    answeredAt: `${PA01AR01}+08:00`,
  };
}

/** The most days past due a number of periods stands for: 1 = 1–30 … 6 = 151–180; 7 is everything beyond. */
export function daysOfPeriods(periods: number): number {
  return periods === 7 ? 181 : periods * 30;
}

/** The figures of a report. Pure. */
export function summaryOf(report: PbocReport): CreditSummary {
  const reportedOn = report.PRH.PA01.PA01A.PA01AR01.slice(0, 10);
  const all = report.PDA?.PD01 ?? [];
  const open = all.filter((account) => !CLOSED[familyOf(account)].includes(account.PD01B.PD01BD01));
  const loans = open.filter((account) => familyOf(account) === 'loan');
  const cards = open.filter((account) => familyOf(account) === 'card');
  const periodsNow = open.map(({ PD01C }) => Number(PD01C?.PD01CS02 ?? 0));
  const late24 = all
    .flatMap(({ PD01D }) => (PD01D?.PD01DH ?? []).map(({ PD01DD01 }) => periodsOf(PD01DD01)))
    .filter((periods) => periods > 0);
  const late60 = all.flatMap(({ PD01E }) => PD01E?.PD01EH ?? []).filter(({ PD01ED01 }) => periodsOf(PD01ED01) > 0);
  const { PC05BS03, PC05BS04 } = report.PQO.PC05.PC05B;
  return {
    accounts: {
      total: all.length,
      open: open.length,
      loans: loans.length,
      cards: cards.length,
      carLoans: loans.filter(({ PD01A }) => PD01A.PD01AD03 === CAR_LOAN).length,
      recourse: open.filter((account) => familyOf(account) === 'recourse').length,
      openedLast6Months: all.filter(({ PD01A }) => PD01A.PD01AR01 > addMonths(reportedOn, -6)).length,
      firstOpenedOn: all.map(({ PD01A }) => PD01A.PD01AR01).sort()[0] ?? null,
    },
    balances: {
      loanBalanceFen: sumFen(loans, ({ PD01B }) => PD01B.PD01BJ01),
      cardLimitFen: sumFen(cards, ({ PD01A }) => PD01A.PD01AJ02),
      cardUsedFen: sumFen(cards, ({ PD01C }) => PD01C?.PD01CJ02),
      monthlyPaymentFen: sumFen(open, ({ PD01C }) => PD01C?.PD01CJ04),
      guaranteedFen: sumFen(report.PCO?.PC02?.PC02K?.PC02KH ?? [], ({ PC02KJ02 }) => PC02KJ02),
    },
    overdue: {
      accountsNow: periodsNow.filter((periods) => periods > 0).length,
      amountNowFen: sumFen(open, ({ PD01C }) => PD01C?.PD01CJ06),
      periodsNow: Math.min(7, Math.max(0, ...periodsNow)),
      maxPeriods24Months: Math.max(0, ...late24),
      monthsOverdue24Months: late24.length,
      monthsOverdue60Months: late60.length,
      maxOverdue60MonthsFen: Math.max(0, ...late60.map(({ PD01EJ01 }) => Number(PD01EJ01) * 100)),
    },
    assetClass: ASSET_CLASSES[Math.max(0, ...open.map(({ PD01B }) => classOf(PD01B.PD01BD03)))]!,
    badDebts: all.filter((account) => BAD_DEBT[familyOf(account)].includes(account.PD01B.PD01BD01)).length,
    enquiries: {
      loans1Month: Number(PC05BS03),
      cards1Month: Number(PC05BS04),
      approvals3Months: approvalsSince(report, addMonths(reportedOn, -3)),
      approvals6Months: approvalsSince(report, addMonths(reportedOn, -6)),
    },
    publicRecords: publicRecordsOf(report),
  };
}

function familyOf({ PD01A }: PbocAccount): Family {
  return FAMILY[PD01A.PD01AD01];
}

/** Periods of arrears of a month's repayment state: 1–7; N, C, * and the like are none. */
function periodsOf(state: string): number {
  return /^[1-7]$/.test(state) ? Number(state) : 0;
}

/** Index of the class: 1 normal … 5 loss; 9 and none say nothing. */
function classOf(code: string | undefined): number {
  return code !== undefined && /^[1-5]$/.test(code) ? Number(code) - 1 : 0;
}

function approvalsSince(report: PbocReport, after: string): number {
  return (report.POQ?.PH01 ?? []).filter(
    ({ PH010Q03, PH010R01 }) => (PH010Q03 === LOAN_APPROVAL || PH010Q03 === CARD_APPROVAL) && PH010R01 > after,
  ).length;
}

function publicRecordsOf(report: PbocReport): CreditSummary['publicRecords'] {
  const records = { taxArrears: 0, civilJudgments: 0, enforcements: 0, penalties: 0, amountFen: 0 };
  for (const { PC040D01, PC040S02, PC040J01 } of report.PPO?.PC04.PC040H ?? []) {
    const name = PUBLIC[PC040D01 as keyof typeof PUBLIC];
    if (name === undefined) continue;
    records[name] += Number(PC040S02);
    records.amountFen += Number(PC040J01) * 100;
  }
  return records;
}

/** Sum of amounts in whole yuan, in fen. */
function sumFen<Item>(items: readonly Item[], yuan: (item: Item) => string | undefined): number {
  return items.reduce((sum, item) => sum + Number(yuan(item) ?? 0) * 100, 0);
}
