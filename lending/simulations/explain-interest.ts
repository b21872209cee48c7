import { calendarDay } from '../plan/calendar-day.ts';
import { decimalFraction, type Fraction, NOTHING, plus, portion, times } from '../../models/numbers/fraction.ts';
import { plannedOpeningFen } from '../book/accrued-interest.ts';
import { type Book, rateOn, regular } from '../book/book.ts';
import type { Instalment } from '../book/instalment.ts';
import { partialFraction } from '../plan/periods.ts';
import { joined, money, rateText, type Said, sumText } from './explanation.ts';

/** A stretch of a period under one annual rate. */
interface Stretch {
  readonly annualRate: string;
  readonly part: Fraction;
  readonly text: string;
}

/**
 * Why an instalment asks for its interest: the balance, the rate and the days, whose product it is. Interest that was deferred, cut by a
 * settlement, or added by a charge-back is told as such. Every formula is worked out again; where it does not come to the figure, the
 * sentence says what the figure is and no formula.
 */
export function explainInterest(book: Book, k: number, instalment: Instalment): Said {
  const fen = instalment.due.interestFen;
  if (instalment.interestParts.length > 0) return explainParts(book, instalment);
  const extra = extraOf(instalment);
  const openingFen = book.terms.method === 'FLAT' ? book.terms.principalFen : plannedOpeningFen(book, k);
  const whole = formula(book, k, openingFen, instalment.fromOn, instalment.dueOn);
  if (whole.fen + extra.fen === fen) return sentence(whole, extra, fen);
  const deferred = deferredBefore(book, k);
  if (deferred.length > 0 && deferred.reduce((sum, each) => sum + each.fen, whole.fen + extra.fen) === fen) {
    return {
      zh: `延期各期利息一并收取：${sumText([...deferred.map((each) => each.fen), whole.fen])} = ${money(fen)}`,
      en: `interest put off is due with it: ${sumText([...deferred.map((each) => each.fen), whole.fen])} = ${money(fen)}`,
    };
  }
  if (instalment.completedOn !== null && instalment.completedOn < instalment.dueOn) {
    if (fen === 0)
      return {
        zh: `${instalment.completedOn} 已结清，其后不计息`,
        en: `settled on ${instalment.completedOn}: no interest after it`,
      };
    const toDate = formula(book, k, openingFen, instalment.fromOn, instalment.completedOn);
    if (toDate.fen + extra.fen === fen)
      return sentence(toDate, extra, fen, {
        zh: `（计至结清日 ${instalment.completedOn}）`,
        en: ` (to the day of settlement, ${instalment.completedOn})`,
      });
  }
  if (fen === 0) return { zh: '本期不收利息', en: 'no interest is due in this period' };
  return { zh: `按还款计划为 ${money(fen)}`, en: `${money(fen)} by the plan` };
}

interface Formula {
  readonly fen: number;
  readonly text: string;
}

function sentence(whole: Formula, extra: Extra, fen: number, note: Said = { zh: '', en: '' }): Said {
  return {
    zh: `期初本金 × 年利率 × 期间：${whole.text}${extra.said.zh} = ${money(fen)}${note.zh}`,
    en: `opening principal × annual rate × part of the year: ${whole.text}${extra.said.en} = ${money(fen)}${note.en}`,
  };
}

interface Extra {
  readonly fen: number;
  readonly said: Said;
}

/** Interest of pre-paid principal up to its day, and interest owed again. */
function extraOf({ prepaidInterestFen, owedAgain }: Instalment): Extra {
  const parts = [
    ...(prepaidInterestFen > 0
      ? [
          {
            zh: ` + 提前还本部分计至还本日 ${money(prepaidInterestFen)}`,
            en: ` + ${money(prepaidInterestFen)} on the pre-paid principal up to its day`,
          },
        ]
      : []),
    ...(owedAgain.interestFen > 0
      ? [{ zh: ` + 退回重计 ${money(owedAgain.interestFen)}`, en: ` + ${money(owedAgain.interestFen)} owed again` }]
      : []),
  ];
  return { fen: prepaidInterestFen + owedAgain.interestFen, said: joined(parts, { zh: '', en: '' }) };
}

function formula(book: Book, k: number, balanceFen: number, from: string, to: string): Formula {
  const stretches = stretchesOf(book, k, from, to);
  const rate = stretches.map(({ annualRate, part }) => times(decimalFraction(annualRate), part)).reduce(plus, NOTHING);
  const text = stretches
    .map((stretch) => `${money(balanceFen)} × ${rateText(stretch.annualRate)} × ${stretch.text}`)
    .join(' + ');
  return { fen: portion(balanceFen, rate, book.terms.conventions.rounding), text };
}

function stretchesOf(book: Book, k: number, from: string, to: string): Stretch[] {
  const edges = [from, ...book.rates.map(({ fromOn }) => fromOn).filter((on) => on > from && on < to), to];
  return edges.slice(0, -1).map((begin, index) => {
    const end = edges[index + 1]!;
    const part = partialFraction(book.terms, book.periods[k]!, calendarDay(begin), calendarDay(end));
    return { annualRate: rateOn(book, begin), part, text: partText(book, part, begin, end) };
  });
}

function partText(book: Book, part: Fraction, from: string, to: string): string {
  const days = calendarDay(to).serial - calendarDay(from).serial;
  return book.terms.conventions.dayCount.startsWith('ACT/ACT')
    ? `${days}d (${book.terms.conventions.dayCount})`
    : `${part.numerator}/${part.denominator}`;
}

/** Formulas of the instalments right before k that ask for nothing. */
function deferredBefore(book: Book, k: number): Formula[] {
  const instalments = regular(book);
  const found: Formula[] = [];
  for (let j = k - 1; j >= 0 && instalments[j]!.due.interestFen === 0; j -= 1)
    found.unshift(formula(book, j, plannedOpeningFen(book, j), instalments[j]!.fromOn, instalments[j]!.dueOn));
  return found;
}

/** Interest on what was really owed, stretch by stretch. */
function explainParts(book: Book, { interestParts, due, owedAgain }: Instalment): Said {
  const parts = interestParts
    .filter(({ interestFen }) => interestFen > 0)
    .map(({ from, to, balanceFen, interestFen }) => {
      const text = `${from}–${to} ${money(balanceFen)} × ${rateText(rateOn(book, from))} = ${money(interestFen)}`;
      return { zh: text, en: text };
    });
  const borne = interestParts.reduce((sum, { interestFen }) => sum + interestFen, owedAgain.interestFen);
  if (borne !== due.interestFen)
    return {
      zh: `按实际余额计息为 ${money(borne)}，已收 ${money(due.interestFen)}`,
      en: `${money(borne)} on what was really owed, ${money(due.interestFen)} was paid already`,
    };
  const { zh, en } = joined(parts);
  return {
    zh: `按每日实际余额计息：${zh === '' ? '无余额' : zh}；合计 ${money(due.interestFen)}`,
    en: `on what is really owed each day: ${en === '' ? 'nothing is owed' : en}; in all ${money(due.interestFen)}`,
  };
}
