import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRODUCT_POLICIES } from '../../models/policies/index.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { formCheck } from '../../platform/edge/http/index.ts';
import { runCli } from '../../platform/edge/cli/run.ts';
import { applyEvents } from '../../lending/loan/apply-event.ts';
import { newLoan } from '../../lending/loan/loan-state.ts';
import { readSimulation } from '../../lending/simulations/read-simulation.ts';
import { simulate } from '../../lending/simulations/simulate.ts';
import { SimulationAnswer } from '../../lending/simulations/simulation-answer.ts';
import { type SimulationForm, SimulationForm as FORM } from '../../lending/simulations/simulation-form.ts';
import type { SimulatedStep } from '../../lending/simulations/simulated-step.ts';
import { simulateVerb } from './simulate-verb.ts';

const LOAN = {
  method: 'ANNUITY',
  principalFen: 1_200_000,
  annualRate: '0.12',
  termMonths: 12,
  disbursedOn: '2026-01-10',
} as const;
const LATE: SimulationForm = {
  loan: LOAN,
  servicing: { penaltyInterest: { annualRate: '0.18', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } },
  events: [
    { type: 'PAY', on: '2026-02-10', amountFen: 106_619 },
    { type: 'PAY', on: '2026-03-25', amountFen: 120_000, id: 'late' },
    { type: 'PREPAY', on: '2026-04-20', amountFen: 300_000, effect: 'SHORTEN_TERM' },
    { type: 'REVERSE', on: '2026-04-22', transactionId: 'late' },
  ],
  until: '2026-08-15',
};

const checkForm = formCheck(FORM);
const checkAnswer = formCheck(SimulationAnswer);
const read = (form: SimulationForm) => readSimulation(form, 'acme', PRODUCT_POLICIES);
const steps = (form: SimulationForm): SimulatedStep[] => {
  checkForm(form);
  return simulate(read(form)).steps;
};
const said = (step: SimulatedStep, figure: string): [string, string] => {
  const found = step.explanations.find((each) => each.figure === figure);
  return [found?.zh ?? '', found?.en ?? ''];
};

function refused(form: unknown): string[] {
  try {
    checkForm(form);
    simulate(read(form as SimulationForm));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.errors.map(({ pointer, code, detail }) => `${pointer} ${code}${detail === '' ? ' (no reason)' : ''}`);
  }
}

describe('a simulation', () => {
  const all = steps(LATE);

  it('has a step for the disbursement, each event, and the day it goes on to', () => {
    expect(all.map(({ event, status }) => [event.type, event.on, status])).toEqual([
      ['DISBURSE', '2026-01-10', 'ACTIVE'],
      ['PAY', '2026-02-10', 'ACTIVE'],
      ['PAY', '2026-03-25', 'ACTIVE'],
      ['PREPAY', '2026-04-20', 'ACTIVE'],
      ['REVERSE', '2026-04-22', 'ACTIVE'],
      ['DAY_END', '2026-08-15', 'ACTIVE'],
    ]);
    checkAnswer({ steps: all });
  });

  it('shows schedule, transactions, ageing, class and journal', () => {
    expect(all[2]!.schedule[1]).toEqual({
      n: 2,
      kind: 'REGULAR',
      fromOn: '2026-02-10',
      dueOn: '2026-03-10',
      principalFen: 95_565,
      interestFen: 11_054,
      feeFen: 0,
      penaltyFen: 717,
      totalFen: 107_336,
      paidFen: 107_336,
      waivedFen: 0,
      writtenOffFen: 0,
      outstandingFen: 0,
      balanceFen: 1_009_816,
      completedOn: '2026-03-25',
    });
    expect(all[2]!.transactions.at(-1)).toMatchObject({
      id: 'late',
      kind: 'REPAYMENT',
      amountFen: 120_000,
      amounts: { penaltyFen: 717, interestFen: 21_152, principalFen: 98_131 },
      overpaidFen: 0,
    });
    expect(all[2]!.journal.at(-1)).toMatchObject({
      transactionId: 'late',
      lines: [
        { side: 'D', code: '1002', name: { zh: '银行存款' }, amountFen: 120_000 },
        { side: 'C', code: '1303.01', amountFen: 98_131 },
        { side: 'C', code: '1132.01' },
        { side: 'C', code: '1132.03', amountFen: 717 },
      ],
    });
    // The payment of March was taken back, so that the pre-payment of April paid the instalment of March first.
    expect(all[5]!.ageing).toMatchObject({
      oldestDueOn: '2026-05-10',
      daysPastDue: 97,
      bucket: 'M4',
      overdueInstalments: 4,
    });
    expect(all[5]!.classification).toMatchObject({ assetClass: 'SUBSTANDARD', since: '2026-08-09', eclStage: 3 });
  });

  it('explains every figure with its formula and numbers, in both languages', () => {
    expect(said(all[0]!, '/schedule')).toEqual([
      '等额还款额 A = P × i(1+i)^n ÷ ((1+i)^n − 1)，P = 12,000.00, n = 12，年利率 12%（每期 i 按计息期间折算）：A = 1,066.19',
      'equal instalment A = P × i(1+i)^n ÷ ((1+i)^n − 1) with P = 12,000.00, n = 12, 12% a year (i of a period by its part of the year): A = 1,066.19',
    ]);
    expect(said(all[0]!, '/schedule/1/interestFen')[0]).toBe(
      '期初本金 × 年利率 × 期间：11,053.81 × 12% × 30/360 = 110.54',
    );
    expect(said(all[0]!, '/schedule/1/principalFen')[0]).toBe('等额还款额 − 利息：1,066.19 − 110.54 = 955.65');
    expect(said(all[0]!, '/schedule/11/principalFen')[1]).toBe(
      'the last instalment takes the principal that is left: 1,055.58',
    );
    expect(said(all[2]!, '/schedule/1/penaltyFen')[0]).toBe(
      '罚息 = Σ(逾期金额 × 天数) × 年利率 ÷ 360：14,334.75 × 18% ÷ 360 = 7.17',
    );
    expect(said(all[3]!, '/schedule/3/interestFen')[0]).toBe(
      '期初本金 × 年利率 × 期间：7,077.20 × 12% × 30/360 + 提前还本部分计至还本日 6.85 = 77.62',
    );
    const payment = all[2]!.transactions.findIndex(({ id }) => id === 'late');
    expect(said(all[2]!, `/transactions/${payment}/amountFen`)[0]).toBe(
      '还款 1,200.00 = 罚息违约金 7.17 + 利息 211.52 + 本金 981.31；依次冲抵：第 2 期罚息违约金 7.17、第 2 期利息 110.54、第 2 期本金 955.65、第 3 期利息 100.98、第 3 期本金 25.66',
    );
    expect(said(all[1]!, '/ageing/daysPastDue')).toEqual(['无逾期：M0', 'nothing is overdue: M0']);
    expect(said(all[0]!, '/journal/0')[0]).toBe('放款：借 贷款本金 12,000.00；贷 银行存款 12,000.00；借贷各 12,000.00');
  });

  it('explains lateness, class and non-accrual', () => {
    const [, end] = steps({ loan: LOAN, events: [], until: '2026-05-12' });
    expect(said(end!, '/ageing/daysPastDue')).toEqual([
      '2026-05-12 − 最早未还到期日 2026-02-10 = 91 天，属 M4',
      '2026-05-12 − oldest unpaid due date 2026-02-10 = 91 days: M4',
    ]);
    expect(said(end!, '/classification/assetClass')).toEqual([
      '次级（自 2026-05-12）：逾期超过 90 天；预期信用损失第 3 阶段',
      'substandard (since 2026-05-12): more than 90 days past due; expected credit loss stage 3',
    ]);
    expect(end!.nonAccrual).toBe(true);
    expect(end!.explanations.some(({ zh }) => zh.includes('不再计入收入'))).toBe(true);
  });

  it('is the live loan: the same events one by one give the same state, however the days between are closed', () => {
    const { terms, policy, events } = read(LATE);
    const live = applyEvents(newLoan(terms, policy), [
      { type: 'DISBURSE', on: terms.disbursedOn, amountFen: terms.principalFen, id: 'disbursement' },
      ...events,
      { type: 'DAY_END', on: '2026-08-15' },
    ]);
    for (const dayEnds of ['MONTHLY', 'DAILY'] as const) {
      const { state } = simulate(read({ ...LATE, dayEnds }));
      expect(state.book.instalments).toEqual(live.book.instalments);
      expect(state.accrued).toEqual(live.accrued);
      for (const [account, fen] of live.journal.balances)
        expect([account, state.journal.balances.get(account) ?? 0]).toEqual([account, fen]);
    }
  });

  it('calls an event without an id by its place in the list, whatever days are closed before it', () => {
    const [pay, , ...rest] = LATE.events;
    const form = (transactionId: string): SimulationForm => ({
      ...LATE,
      events: [
        pay!,
        { type: 'PAY', on: '2026-03-25', amountFen: 120_000 },
        ...rest.slice(0, 1),
        { type: 'REVERSE', on: '2026-04-22', transactionId },
      ],
    });
    expect(steps(form('e2')).at(-1)!.schedule).toEqual(steps(LATE).at(-1)!.schedule);
    expect(refused(form('e9'))).not.toEqual([]);
  });

  it('closes month ends, due dates and the days a class changes', () => {
    const { state } = simulate(read({ loan: LOAN, events: [], until: '2026-05-15' }));
    const closed = state.events.filter(({ type }) => type === 'DAY_END').map(({ on }) => on);
    expect(closed).toEqual([
      '2026-01-31',
      '2026-02-10',
      '2026-02-11',
      '2026-02-28',
      '2026-03-10',
      '2026-03-13',
      '2026-03-31',
      '2026-04-10',
      '2026-04-12',
      '2026-04-30',
      '2026-05-10',
      '2026-05-12',
      '2026-05-15',
    ]);
    expect(simulate(read({ loan: LOAN, events: [], until: '2026-05-15', dayEnds: 'NONE' })).steps).toHaveLength(1);
  });

  it('by product takes its price and servicing', () => {
    const { terms, policy } = read({
      loan: { product: 'NEW-ANNUITY', principalFen: 10_000_000, termMonths: 36, disbursedOn: '2026-01-15' },
      events: [],
    });
    expect(terms).toMatchObject({ method: 'ANNUITY', annualRate: '0.072' });
    expect(policy.servicing.penaltyInterest).not.toBeNull();
  });

  it('of other methods and conventions: each interest has its formula, and the formula comes to the figure', () => {
    const number = (text: string): number => Number(text.replaceAll(',', ''));
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom(
            'ANNUITY' as const,
            'EQUAL_PRINCIPAL' as const,
            'INTEREST_ONLY' as const,
            'FLAT' as const,
            'BALLOON' as const,
          ),
          principalFen: fc.integer({ min: 100_000, max: 100_000_000 }),
          rate: fc.integer({ min: 1, max: 240 }).map((value) => (value / 1_000).toFixed(3)),
          termMonths: fc.integer({ min: 2, max: 24 }),
          dayCount: fc.constantFrom('30/360' as const, 'ACT/360' as const, 'ACT/365' as const),
          prepaid: fc.integer({ min: 1, max: 400 }),
        }),
        ({ method, principalFen, rate, termMonths, dayCount, prepaid }) => {
          const loan = {
            method,
            principalFen,
            annualRate: rate,
            termMonths,
            dayCount,
            disbursedOn: '2026-01-10',
            balloonFen: method === 'BALLOON' ? Math.floor(principalFen / 4) : undefined,
          };
          const [first, second] = steps({
            loan,
            events: [
              {
                type: 'PREPAY',
                on: '2026-01-25',
                amountFen: Math.floor((principalFen * prepaid) / 1_000),
                effect: 'LOWER_INSTALMENT',
              },
            ],
            dayEnds: 'NONE',
          });
          for (const step of [first!, second!]) {
            for (const [index, line] of step.schedule.entries()) {
              const [zh] = said(step, `/schedule/${index}/interestFen`);
              if (step === first) expect(zh).not.toBe('');
              const match =
                /：([\d,.]+) × ([\d.]+)% × (\d+)\/(\d+)(?: \+ 提前还本部分计至还本日 ([\d,.]+))? = ([\d,.]+)$/.exec(zh);
              if (match === null) {
                // FLAT rounds its sum once, so its last period takes what is left.
                if (zh !== '') expect([method, index]).toEqual(['FLAT', step.schedule.length - 1]);
                continue;
              }
              const [, balance, percent, days, year, extra, figure] = match.map((each) => each ?? '0');
              expect(number(figure!) * 100).toBeCloseTo(line.interestFen, 6);
              expect(
                Math.abs(
                  (number(balance!) * number(percent!) * number(days!)) / number(year!) / 100 +
                    number(extra!) -
                    number(figure!),
                ),
              ).toBeLessThan(0.0051);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('refused, with the field and the reason', () => {
  it.each<[string, unknown, string[]]>([
    ['no loan', { events: [] }, ['/loan REQUIRED']],
    ['an unknown field', { ...LATE, x: 1 }, ['/x UNKNOWN_FIELD']],
    [
      'an event nobody knows',
      { loan: LOAN, events: [{ type: 'TELEPORT', on: '2026-02-10' }] },
      ['/events/0/type NOT_ALLOWED'],
    ],
    ['impossible terms', { loan: { ...LOAN, termMonths: 0 }, events: [] }, ['/loan/termMonths OUT_OF_RANGE']],
    [
      'a grace as long as the loan',
      { loan: { ...LOAN, principalGracePeriods: 12 }, events: [] },
      ['/loan/principalGracePeriods OUT_OF_RANGE'],
    ],
    [
      'an event without its amount, with what means nothing to it',
      { loan: LOAN, events: [{ type: 'PAY', on: '2026-02-10', periods: 3 }] },
      ['/events/0/amountFen REQUIRED', '/events/0/periods NOT_APPLICABLE'],
    ],
    [
      'an event the loan cannot take',
      {
        loan: LOAN,
        events: [
          { type: 'PAY', on: '2026-02-10', amountFen: 1 },
          { type: 'REFUND', on: '2026-02-11', amountFen: 1 },
        ],
      },
      ['/events/1/amountFen TOO_LARGE'],
    ],
    ['a day that is none', { loan: LOAN, events: [{ type: 'SETTLE', on: '2026-02-30' }] }, ['/events/0/on NOT_A_DATE']],
    ['a century', { loan: LOAN, events: [], until: '2126-01-01' }, ['/until TOO_LATE']],
    ['before the loan', { loan: LOAN, events: [], until: '2026-01-09' }, ['/until BEFORE_DISBURSEMENT']],
    ['too many day ends', { loan: LOAN, events: [], until: '2029-01-01', dayEnds: 'DAILY' }, ['/until TOO_LATE']],
    [
      'too many steps of too long a plan',
      {
        loan: { ...LOAN, termMonths: 240 },
        events: Array.from({ length: 82 }, () => ({ type: 'PAY', on: '2026-02-10', amountFen: 1 })),
      },
      ['/events TOO_MANY'],
    ],
    [
      'a penalty rate of −1',
      {
        loan: LOAN,
        events: [],
        servicing: { penaltyInterest: { annualRate: '-1', yearDays: 360, base: 'PRINCIPAL', graceDays: 0 } },
      },
      ['/servicing/penaltyInterest/annualRate FORM'],
    ],
    [
      'an order with a step twice',
      { loan: LOAN, events: [], servicing: { allocation: { order: Array<string>(12).fill('DUE_FEE') } } },
      ['/servicing/allocation/order DUPLICATE'],
    ],
    [
      'a fraction of a fen',
      { loan: LOAN, events: [{ type: 'PAY', on: '2026-02-10', amountFen: 0.5 }] },
      ['/events/0/amountFen TYPE'],
    ],
  ])('%s', (_, form, expected) => expect(refused(form)).toEqual(expected));
});

describe('hub simulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  const file = (content: unknown, name = 'form.json'): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const run = async (...argv: string[]) => {
    let out = '';
    let err = '';
    const code = await runCli(['simulate', ...argv], [simulateVerb], {
      env: { HUB_HOME: folder },
      openContext: () => Promise.reject(new Error('not needed')),
      stdout: (text) => (out += text),
      stderr: (text) => (err += text),
      isTerminal: false,
    });
    return { code, out, err };
  };

  it('prints the steps for people, in Chinese or English, and as one JSON document', async () => {
    const zh = await run(file(LATE));
    expect(zh).toMatchObject({ code: 0, err: '' });
    expect(zh.out).toMatch(/^1\. DISBURSE 2026-01-10 → ACTIVE; 欠款 12,794\.23; M0; 分类 NORMAL$/m);
    expect(zh.out).toContain('期初本金 × 年利率 × 期间：11,053.81 × 12% × 30/360 = 110.54');
    expect((await run(file(LATE), '--language', 'en')).out).toContain(
      'opening principal × annual rate × part of the year: 11,053.81 × 12% × 30/360 = 110.54',
    );
    const json = await run(file(LATE), '--json');
    expect(JSON.parse(json.out)).toEqual({ steps: JSON.parse(JSON.stringify(steps(LATE))) });
  });

  it('exits 2 and names the field when the file is not right', async () => {
    expect(await run(join(folder, 'none.json'))).toMatchObject({ code: 2, out: '' });
    expect((await run(file('{'))).code).toBe(2);
    expect(await run(file({ loan: LOAN, events: [{ type: 'PAY', on: '2026-02-10' }] }))).toMatchObject({
      code: 2,
      err: expect.stringContaining('/events/0/amountFen'),
    });
    expect((await run(file(LATE), '--language', 'fr')).code).toBe(2);
    expect((await run()).code).toBe(2);
  });
});
