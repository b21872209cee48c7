import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { CreditSummary } from '../../../models/events/index.ts';
import { pbocDocument } from '../sandbox/pboc-document.ts';
import { personReport } from '../sandbox/person-report.ts';
import { readReport } from './report.ts';
import { answerOf, daysOfPeriods, summaryOf } from './summary.ts';

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
const isSummary = ajv.compile(CreditSummary);

interface AccountChange {
  type?: string;
  business?: string;
  state?: string;
  opened?: string;
  balance?: string;
  limit?: string;
  used?: string;
  due?: string;
  periods?: string;
  overdue?: string;
  class?: string;
  months?: string;
  late?: [string, string][];
}

const account = ({
  type = 'D1',
  business = '91',
  state = '1',
  opened = '2020-05-10',
  balance = '0',
  limit,
  used = '',
  due = '0',
  periods = '0',
  overdue = '0',
  class: five = '1',
  months = 'NNN',
  late = [],
}: AccountChange): object => ({
  PD01A: {
    PD01AI01: 'A',
    PD01AD01: type,
    PD01AD03: business,
    PD01AR01: opened,
    ...(limit === undefined ? {} : { PD01AJ02: limit }),
  },
  PD01B: { PD01BD01: state, PD01BJ01: balance, PD01BD03: five },
  PD01C: { PD01CR01: '2026-11', PD01CJ02: used, PD01CJ04: due, PD01CS02: periods, PD01CJ06: overdue },
  PD01D: { PD01DH: [...months].map((state, index) => ({ PD01DR03: `2026-0${index + 1}`, PD01DD01: state })) },
  PD01E: { PD01EH: late.map(([state, amount]) => ({ PD01ER03: '2023-01', PD01ED01: state, PD01EJ01: amount })) },
});

const document = (accounts: object[], change: object = {}): Record<string, unknown> => ({
  PRH: { PA01: { PA01A: { PA01AI01: 'R1', PA01AR01: '2026-11-23T10:00:00' } } },
  PQO: { PC05: { PC05B: { PC05BS03: '2', PC05BS04: '1' } } },
  PDA: { PD01: accounts },
  ...change,
});

const summary = (accounts: AccountChange[], change: object = {}): CreditSummary =>
  summaryOf(readReport(document(accounts.map(account), change)));

describe('the credit report in the hub’s terms', () => {
  // accounts → [accounts.open, loans, cards, carLoans, recourse]
  it.each<[string, AccountChange[], number[]]>([
    ['a running loan', [{}], [1, 1, 0, 0, 0]],
    ['a car loan', [{ business: '21' }], [1, 1, 0, 1, 0]],
    ['a settled loan', [{ state: '3', business: '21' }], [0, 0, 0, 0, 0]],
    ['a loan handed on', [{ state: '5' }], [0, 0, 0, 0, 0]],
    ['a card', [{ type: 'R2', business: '81' }], [1, 0, 1, 0, 0]],
    ['a cancelled card', [{ type: 'R2', state: '4' }], [0, 0, 0, 0, 0]],
    ['a loan in bad debt is open', [{ state: '4' }], [1, 1, 0, 0, 0]],
    ['a debt taken over', [{ type: 'C1' }], [1, 0, 0, 0, 1]],
    ['a debt taken over and settled', [{ type: 'C1', state: '2' }], [0, 0, 0, 0, 0]],
    ['loans under a limit', [{ type: 'R4' }, { type: 'R1' }], [2, 2, 0, 0, 0]],
  ])('counts %s', (_what, accounts, [open, loans, cards, carLoans, recourse]) => {
    expect(summary(accounts).accounts).toMatchObject({
      total: accounts.length,
      open,
      loans,
      cards,
      carLoans,
      recourse,
    });
  });

  it('adds up balances in fen, of what is open', () => {
    const { balances } = summary(
      [
        { balance: '80000', due: '2500' },
        { balance: '999', state: '3' },
        { type: 'R2', limit: '50000', used: '12000', due: '1200', balance: '12000' },
      ],
      { PCO: { PC02: { PC02K: { PC02KH: [{ PC02KJ02: '30000' }, { PC02KJ02: '5' }] } } } },
    );
    expect(balances).toEqual({
      loanBalanceFen: 8_000_000,
      cardLimitFen: 5_000_000,
      cardUsedFen: 1_200_000,
      monthlyPaymentFen: 370_000,
      guaranteedFen: 3_000_500,
    });
  });

  // [what, accounts, periods now, worst in 24 months, months late in 24]
  it.each<[string, AccountChange[], number, number, number]>([
    ['none', [{}], 0, 0, 0],
    ['now, a day', [{ periods: '1', overdue: '500', months: 'NN1' }], 1, 1, 1],
    ['long ago and over', [{ months: '123CC' }], 0, 3, 3],
    ['of an account that is closed', [{ state: '3', months: 'N2C' }], 0, 2, 1],
    ['over two accounts', [{ months: '1N' }, { months: 'N4' }], 0, 4, 2],
    ['signs that are no arrears', [{ months: '*#/CGN' }], 0, 0, 0],
    ['as bad as it is counted', [{ periods: '9', months: '7' }], 7, 7, 1],
  ])('arrears: %s', (_what, accounts, periodsNow, maxPeriods24Months, monthsOverdue24Months) => {
    expect(summary(accounts).overdue).toMatchObject({ periodsNow, maxPeriods24Months, monthsOverdue24Months });
  });

  it('keeps the worst of five years and the amount now', () => {
    expect(
      summary([
        {
          late: [
            ['1', '100'],
            ['3', '2500'],
            ['N', '9999'],
          ],
          periods: '1',
          overdue: '321',
        },
      ]).overdue,
    ).toMatchObject({ monthsOverdue60Months: 2, maxOverdue60MonthsFen: 250_000, amountNowFen: 32_100, accountsNow: 1 });
  });

  it.each<[string, AccountChange[], string, number]>([
    ['the worst class of what is open', [{ class: '2' }, { class: '4' }], 'doubtful', 0],
    ['not of what is closed', [{ class: '5', state: '3' }, {}], 'normal', 0],
    ['an unknown class says nothing', [{ class: '9' }], 'normal', 0],
    [
      'bad debts, of loans and of cards',
      [
        { state: '4', class: '5' },
        { type: 'R2', state: '5' },
        { type: 'R2', state: '4' },
      ],
      'loss',
      2,
    ],
  ])('%s', (_what, accounts, assetClass, badDebts) => {
    expect(summary(accounts)).toMatchObject({ assetClass, badDebts });
  });

  // The report is of 2026-11-23: three months back is 2026-08-23.
  it.each<[string, string, number, number]>([
    ['2026-11-23', '02', 1, 1],
    ['2026-08-24', '03', 1, 1],
    ['2026-08-23', '02', 0, 1],
    ['2026-05-24', '02', 0, 1],
    ['2026-05-23', '02', 0, 0],
    ['2026-11-20', '01', 0, 0],
  ])('an enquiry of %s for reason %s counts %d in 3 and %d in 6 months', (PH010R01, PH010Q03, three, six) => {
    const { enquiries } = summary([], { POQ: { PH01: [{ PH010R01, PH010Q03 }] } });
    expect(enquiries).toEqual({ loans1Month: 2, cards1Month: 1, approvals3Months: three, approvals6Months: six });
  });

  it('counts public records by kind; one it does not know is left out', () => {
    const PC040H = [
      ['1', '2', '100'],
      ['2', '1', '50'],
      ['3', '1', '7'],
      ['4', '1', '3'],
      ['9', '8', '1000'],
    ].map(([PC040D01, PC040S02, PC040J01]) => ({ PC040D01, PC040S02, PC040J01 }));
    expect(summary([], { PPO: { PC04: { PC040H } } }).publicRecords).toEqual({
      taxArrears: 2,
      civilJudgments: 1,
      enforcements: 1,
      penalties: 1,
      amountFen: 16_000,
    });
  });

  it('reads one of a kind as itself and none as empty text, as reports made from XML have them', () => {
    const one = readReport(
      document([], {
        PDA: { PD01: account({}) },
        POQ: { PH01: { PH010R01: '2026-11-01', PH010Q03: '02' } },
        PPO: '',
        PCO: { PC02: { PC02K: '' } },
      }),
    );
    expect(summaryOf(one)).toMatchObject({
      accounts: { total: 1 },
      enquiries: { approvals3Months: 1 },
      publicRecords: { amountFen: 0 },
    });
    expect(summaryOf(readReport(document([], { PDA: { PD01: '' } }))).accounts).toMatchObject({
      total: 0,
      firstOpenedOn: null,
    });
  });

  it.each([
    ['a number that is none', document([account({ due: '1,000' })]), '/PDA/PD01/0/PD01C/PD01CJ04'],
    ['a day that is none', document([account({}), account({ opened: '2026-02-30' })]), '/PDA/PD01/1/PD01A/PD01AR01'],
    ['a kind of account it does not know', document([account({ type: 'Z9' })]), '/PDA/PD01/0/PD01A/PD01AD01'],
    ['no head', { ...document([]), PRH: undefined }, '/PRH'],
  ])('refuses %s, naming the field', (_what, given, pointer) => {
    expect(() => readReport(given)).toThrow(expect.objectContaining({ code: 'ANSWER_FIELD', details: { pointer } }));
  });

  it('days of periods: the end of each bucket, and a day beyond', () => {
    expect([0, 1, 2, 3, 6, 7].map(daysOfPeriods)).toEqual([0, 30, 60, 90, 180, 181]);
  });
});

describe('the sandbox’s report', () => {
  it('tells of the same person as the scoring bureau does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.string({ minLength: 1 }), (seed, idNo) => {
        const known = personReport(seed, idNo);
        const told = pbocDocument(seed, 'r', idNo, '20261123100000');
        expect(told === undefined).toBe(known === undefined);
        if (told === undefined || known === undefined) return;
        expect(pbocDocument(seed, 'r', idNo, '20261123100000')).toEqual(told);
        const answer = answerOf(readReport(JSON.parse(JSON.stringify(told))));
        expect([isSummary(answer.summary), isSummary.errors]).toEqual([true, null]);
        expect(answer.overdue).toEqual({
          currentDaysPastDue: known.overdue.currentDpd === 0 ? 0 : Math.ceil(known.overdue.currentDpd / 30) * 30,
          maxDaysPastDue24Months: Math.ceil(known.overdue.maxDpd24m / 30) * 30,
          timesOverdue24Months: known.overdue.count24m,
        });
        expect([answer.debt!.openAccounts, answer.enquiries3Months]).toEqual([
          known.debt.openAccounts,
          known.enquiries3m,
        ]);
      }),
    );
  });
});
