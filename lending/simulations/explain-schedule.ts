import { portion, decimalFraction } from '../../models/numbers/fraction.ts';
import { type Book, regular } from '../book/book.ts';
import { chargeField, type ChargeTerms } from '../book/charge.ts';
import type { Instalment } from '../book/instalment.ts';
import type { LoanState } from '../loan/loan-state.ts';
import { explainInterest } from './explain-interest.ts';
import { type Explanation, joined, money, rateText, type Said } from './explanation.ts';

/** Explains the figures of the instalments that a step made or changed. */
export function explainSchedule(before: LoanState, after: LoanState): Explanation[] {
  const known = new Map(
    before.book.disbursements.length === 0
      ? []
      : before.book.instalments.map((instalment) => [instalment.n, JSON.stringify(instalment.due)]),
  );
  const instalments = regular(after.book);
  return after.book.instalments.flatMap((instalment, index) => {
    if (known.get(instalment.n) === JSON.stringify(instalment.due)) return [];
    const k = instalments.indexOf(instalment);
    const of = (field: string, said: Said): Explanation => ({ figure: `/schedule/${index}/${field}`, ...said });
    const lines: Explanation[] = [of('principalFen', explainPrincipal(after.book, k, instalment))];
    if (k >= 0) lines.push(of('interestFen', explainInterest(after.book, k, instalment)));
    if (instalment.due.feeFen > 0) lines.push(of('feeFen', explainCharges(after.book, instalment, 'feeFen')));
    if (instalment.due.penaltyFen > 0)
      lines.push(of('penaltyFen', explainCharges(after.book, instalment, 'penaltyFen')));
    return lines;
  });
}

function explainPrincipal(book: Book, k: number, instalment: Instalment): Said {
  const { terms } = book;
  const { due, prepaidPrincipalFen, owedAgain, kind } = instalment;
  const planned = due.principalFen - prepaidPrincipalFen - owedAgain.principalFen;
  const more = [
    ...(prepaidPrincipalFen > 0
      ? [{ zh: `提前还本 ${money(prepaidPrincipalFen)}`, en: `${money(prepaidPrincipalFen)} pre-paid` }]
      : []),
    ...(owedAgain.principalFen > 0
      ? [{ zh: `退回重计 ${money(owedAgain.principalFen)}`, en: `${money(owedAgain.principalFen)} owed again` }]
      : []),
  ];
  return joined([explainPlanned(book, k, instalment, planned, terms.downPaymentShare, kind), ...more], {
    zh: ' + ',
    en: ' + ',
  });
}

function explainPlanned(
  book: Book,
  k: number,
  { due, prepaidInterestFen, owedAgain, n }: Instalment,
  planned: number,
  downPaymentShare: string | undefined,
  kind: Instalment['kind'],
): Said {
  const { terms, levelFen } = book;
  if (kind === 'DOWN_PAYMENT')
    return {
      zh: `首付 ${money(terms.principalFen)} × ${rateText(downPaymentShare ?? '0')} = ${money(planned)}`,
      en: `down payment ${money(terms.principalFen)} × ${rateText(downPaymentShare ?? '0')} = ${money(planned)}`,
    };
  if (kind === 'ADDED') return { zh: `计划外 ${money(planned)}`, en: `${money(planned)} beside the plan` };
  const interest = due.interestFen - prepaidInterestFen - owedAgain.interestFen;
  if (k === regular(book).length - 1)
    return {
      zh: `末期收尽余下本金 ${money(planned)}`,
      en: `the last instalment takes the principal that is left: ${money(planned)}`,
    };
  if (planned === 0) return { zh: '本期不还本金', en: 'no principal is due in this period' };
  if (levelFen !== null && levelFen - interest === planned)
    return {
      zh: `等额还款额 − 利息：${money(levelFen)} − ${money(interest)} = ${money(planned)}`,
      en: `equal instalment − interest: ${money(levelFen)} − ${money(interest)} = ${money(planned)}`,
    };
  if (levelFen === null && n > 0)
    return { zh: `本金按期均摊，每期 ${money(planned)}`, en: `the principal in equal parts: ${money(planned)} each` };
  return { zh: `按还款计划为 ${money(planned)}`, en: `${money(planned)} by the plan` };
}

/** Fees or penalties of an instalment: charges one by one, penalty interest by its days, the plan's fee. */
function explainCharges(book: Book, instalment: Instalment, field: 'feeFen' | 'penaltyFen'): Said {
  const parts: Said[] = [];
  let named = 0;
  for (const charge of book.charges) {
    if (chargeField(charge) !== field) continue;
    for (const line of charge.lines) {
      if (line.n !== instalment.n) continue;
      named += line.dueFen;
      parts.push({
        zh: `${charge.name} ${chargeText(charge, line.dueFen, 'zh')}`,
        en: `${charge.name} ${chargeText(charge, line.dueFen, 'en')}`,
      });
    }
  }
  const { penaltyInterest } = book.rules;
  if (field === 'penaltyFen' && instalment.penaltyInterestFen > 0 && penaltyInterest !== null) {
    named += instalment.penaltyInterestFen;
    const text = `${money(instalment.overdueFenDays)} × ${rateText(penaltyInterest.annualRate)} ÷ ${penaltyInterest.yearDays} = ${money(instalment.penaltyInterestFen)}`;
    parts.push({
      zh: `罚息 = Σ(逾期金额 × 天数) × 年利率 ÷ ${penaltyInterest.yearDays}：${text}`,
      en: `penalty interest = Σ(overdue amount × days) × annual rate ÷ ${penaltyInterest.yearDays}: ${text}`,
    });
  }
  const rest = instalment.due[field] - named;
  if (rest > 0) parts.push(planFee(book, rest));
  return joined(parts);
}

function planFee({ terms }: Book, fen: number): Said {
  if (terms.feeRate === undefined) return { zh: `退回重计 ${money(fen)}`, en: `${money(fen)} owed again` };
  const whole = money(portion(terms.principalFen, decimalFraction(terms.feeRate), terms.conventions.rounding));
  return {
    zh: `手续费 ${money(terms.principalFen)} × ${rateText(terms.feeRate)} = ${whole}，按期均摊，本期 ${money(fen)}`,
    en: `fee ${money(terms.principalFen)} × ${rateText(terms.feeRate)} = ${whole} in equal parts, here ${money(fen)}`,
  };
}

const BASIS: Readonly<Record<Exclude<ChargeTerms['basis'], 'FLAT'>, Said>> = {
  PRINCIPAL: { zh: '本金', en: 'principal' },
  INTEREST: { zh: '利息', en: 'interest' },
  PRINCIPAL_AND_INTEREST: { zh: '本金与利息', en: 'principal and interest' },
};

function chargeText({ basis, rate }: ChargeTerms, fen: number, language: 'zh' | 'en'): string {
  return basis === 'FLAT' ? money(fen) : `${BASIS[basis][language]} × ${rateText(rate ?? '0')} = ${money(fen)}`;
}

/** The equal instalment of a loan that has one, by its formula. */
export function explainLevel({ book }: LoanState): Explanation[] {
  const { terms, levelFen } = book;
  const first = book.periods[0];
  if (levelFen === null || first === undefined || book.rates.length > 1) return [];
  const n = book.periods.length - (terms.principalGracePeriods ?? 0);
  const balloon = terms.balloonFen ?? 0;
  const i = rateText(book.rates[0]!.annualRate);
  const symbols = balloon > 0 ? 'A = (P − B ÷ (1+i)^n) × i(1+i)^n ÷ ((1+i)^n − 1)' : 'A = P × i(1+i)^n ÷ ((1+i)^n − 1)';
  const principal = money(regular(book).reduce((sum, { due }) => sum + due.principalFen, 0));
  const numbers = `P = ${principal}${balloon > 0 ? `, B = ${money(balloon)}` : ''}, n = ${n}`;
  return [
    {
      figure: '/schedule',
      zh: `等额还款额 ${symbols}，${numbers}，年利率 ${i}（每期 i 按计息期间折算）：A = ${money(levelFen)}`,
      en: `equal instalment ${symbols} with ${numbers}, ${i} a year (i of a period by its part of the year): A = ${money(levelFen)}`,
    },
  ];
}
