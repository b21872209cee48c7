import { describe, expect, it } from '@jest/globals';
import { ACCOUNT_ROLES, DEFAULT_CHART, DEFAULT_POSTING_RULES, readPostingRules } from '../../models/ledger/index.ts';
import { nothing } from '../book/amounts.ts';
import { applyEvent } from '../loan/apply-event.ts';
import { loanAfter, pay, policyWith, TERMS } from '../loan/loan.fixture.ts';
import type { LoanState } from '../loan/loan-state.ts';
import { balanceFen, linesOf, PostingError } from './post.ts';

const NEITHER = { chargedOff: false, fraud: false, nonAccrual: false };

/** Debits − credits of an account over the whole journal. */
const account = (state: LoanState, role: string): number =>
  balanceFen(state.journal.entries.flatMap(({ lines }) => lines).filter((line) => line.account === role));
const lastEntry = (state: LoanState) => state.journal.entries.at(-1)!;

describe('the posting rules shipped', () => {
  it('balance for every event, in every standing of the loan', () => {
    const amounts = { principalFen: 1_000, interestFen: 200, feeFen: 30, penaltyFen: 4 };
    for (const { kinds } of DEFAULT_POSTING_RULES) {
      for (const kind of kinds) {
        for (const conditions of [
          NEITHER,
          { ...NEITHER, chargedOff: true },
          { ...NEITHER, chargedOff: true, fraud: true },
          { ...NEITHER, nonAccrual: true },
        ]) {
          const parts =
            {
              DISBURSEMENT: { ...nothing(), principalFen: 1_000 },
              REPAYMENT_AT_DISBURSEMENT: { ...nothing(), feeFen: 30, penaltyFen: 4 },
              NON_ACCRUAL: { ...nothing(), interestFen: 200, penaltyFen: 4 },
              RETURN_TO_ACCRUAL: { ...nothing(), interestFen: 200, penaltyFen: 4 },
              REFUND: { ...nothing(), principalFen: 1_000 },
            }[kind] ?? amounts;
          const sum = parts.principalFen + parts.interestFen + parts.feeFen + parts.penaltyFen;
          const overpaidFen =
            /PAYMENT$|REFUND|GOODWILL|CHARGE_BACK|ADJUSTMENT|WAIVER$/.test(kind) &&
            !/^(CHARGE_WAIVER|WAIVER)$/.test(kind)
              ? 50
              : 0;
          expect(
            balanceFen(
              linesOf(
                DEFAULT_POSTING_RULES,
                { kind, amounts: parts, overpaidFen, amountFen: sum + overpaidFen },
                conditions,
              ),
            ),
          ).toBe(0);
        }
      }
    }
  });

  it('name accounts the chart has', () => {
    for (const { lines } of DEFAULT_POSTING_RULES)
      for (const [, role] of lines) expect(DEFAULT_CHART[role].code).toMatch(/^\d{4}/);
    expect(new Set(ACCOUNT_ROLES).size).toBe(Object.keys(DEFAULT_CHART).length);
  });

  it('are read from a table; what is not a rule is refused', () => {
    expect(
      readPostingRules('REFUND RECOVERY | chargedOff !fraud\n  D funding AMOUNT,\n  C overpayment OVERPAID\n'),
    ).toEqual([
      {
        kinds: ['REFUND', 'RECOVERY'],
        when: { chargedOff: true, fraud: false },
        lines: [
          ['D', 'funding', 'AMOUNT'],
          ['C', 'overpayment', 'OVERPAID'],
        ],
      },
    ]);
    for (const table of [
      'REFUND | sometimes',
      'REFUND |\n  X funding AMOUNT',
      'REFUND |\n  D nowhere AMOUNT',
      'REFUND |\n  D funding ALL',
      'REFUND |\n  D funding AMOUNT C funding AMOUNT',
      'REFUND |\nRECOVERY REFUND |',
      '  D funding AMOUNT',
    ])
      expect(() => readPostingRules(table)).toThrow(expect.objectContaining({ code: 'POSTING_RULE_INVALID' }));
  });

  it('a rule out of balance or missing is refused, not posted', () => {
    const postable = {
      kind: 'REPAYMENT',
      amounts: { ...nothing(), principalFen: 100 },
      overpaidFen: 0,
      amountFen: 100,
    };
    expect(() =>
      linesOf(
        [
          {
            kinds: ['REPAYMENT'],
            when: {},
            lines: [
              ['D', 'funding', 'AMOUNT'],
              ['C', 'interest-receivable', 'INTEREST'],
            ],
          },
        ],
        postable,
        NEITHER,
      ),
    ).toThrow(expect.objectContaining({ code: 'POSTING_UNBALANCED' }));
    expect(() => linesOf([], postable, NEITHER)).toThrow(PostingError);
  });
});

describe('the journal of a loan (docs/domain.md §11)', () => {
  it('disbursement, accrual, repayment with an excess, refund', () => {
    const disbursed = loanAfter([]);
    expect(lastEntry(disbursed).lines).toEqual([
      { side: 'D', account: 'loan-principal', amountFen: 1_200_000 },
      { side: 'C', account: 'funding', amountFen: 1_200_000 },
    ]);
    const accrued = applyEvent(disbursed, { type: 'DAY_END', on: '2026-01-25' });
    // 12,000.00 × 12 % × 15/360
    expect(lastEntry(accrued).lines).toEqual([
      { side: 'D', account: 'interest-receivable', amountFen: 6_000 },
      { side: 'C', account: 'interest-income', amountFen: 6_000 },
    ]);
    const settled = applyEvent(
      applyEvent(accrued, { type: 'SETTLE', on: '2026-01-25', id: 'all' }),
      pay('2026-01-26', 5_000),
    );
    expect(settled.journal.entries.find(({ transactionId }) => transactionId === 'all')!.lines).toEqual([
      { side: 'D', account: 'funding', amountFen: 1_206_000 },
      { side: 'C', account: 'loan-principal', amountFen: 1_200_000 },
      { side: 'C', account: 'interest-receivable', amountFen: 6_000 },
    ]);
    expect(lastEntry(settled).lines).toEqual([
      { side: 'D', account: 'funding', amountFen: 5_000 },
      { side: 'C', account: 'overpayment', amountFen: 5_000 },
    ]);
    const refunded = applyEvent(settled, { type: 'REFUND', on: '2026-01-27', amountFen: 5_000 });
    expect(lastEntry(refunded).lines).toEqual([
      { side: 'D', account: 'overpayment', amountFen: 5_000 },
      { side: 'C', account: 'funding', amountFen: 5_000 },
    ]);
    for (const role of ['loan-principal', 'interest-receivable', 'overpayment'])
      expect(account(refunded, role)).toBe(0);
  });

  it('write-off and recovery', () => {
    const writtenOff = loanAfter([
      { type: 'DAY_END', on: '2026-02-10' },
      { type: 'WRITE_OFF', on: '2026-02-10' },
    ]);
    expect(lastEntry(writtenOff).lines).toEqual([
      { side: 'D', account: 'losses-written-off', amountFen: 1_212_000 },
      { side: 'C', account: 'loan-principal', amountFen: 1_200_000 },
      { side: 'C', account: 'interest-receivable', amountFen: 12_000 },
    ]);
    const recovered = applyEvent(writtenOff, { type: 'RECOVER', on: '2026-08-01', amountFen: 70_000 });
    expect(lastEntry(recovered).lines).toEqual([
      { side: 'D', account: 'funding', amountFen: 70_000 },
      { side: 'C', account: 'recovery-income', amountFen: 70_000 },
    ]);
  });

  it('no income beyond 90 days: what was accrued goes to memorandum, later interest straight there, and back when the arrears are paid', () => {
    const at = (on: string) =>
      loanAfter([
        { type: 'DAY_END', on: '2026-05-11' },
        ...(on > '2026-05-11' ? [{ type: 'DAY_END' as const, on }] : []),
      ]);
    // first due 2026-02-10; 90 days late on 2026-05-11, 91 on 2026-05-12
    const before = at('2026-05-11');
    expect(before.nonAccrual).toBe(false);
    expect(account(before, 'interest-income')).toBe(-account(before, 'interest-receivable'));
    const after = at('2026-05-12');
    expect(after.nonAccrual).toBe(true);
    expect(account(after, 'interest-income')).toBe(0);
    expect(account(after, 'interest-receivable')).toBe(0);
    expect(account(after, 'memo-interest')).toBe(after.accrued.interestFen);
    const later = applyEvent(after, { type: 'DAY_END', on: '2026-05-31' });
    expect(account(later, 'interest-income')).toBe(0);
    expect(account(later, 'memo-interest')).toBe(later.accrued.interestFen);
    // A part payment is income when it comes, and leaves the memorandum by as much.
    const part = applyEvent(later, pay('2026-06-01', 100_000));
    const paidInterest = part.book.transactions.at(-1)!.amounts.interestFen;
    expect(paidInterest).toBeGreaterThan(0);
    expect(account(part, 'interest-income')).toBe(-paidInterest);
    expect(account(part, 'memo-interest')).toBe(part.accrued.interestFen - paidInterest);
    const cleared = applyEvent(part, pay('2026-06-02', 350_000));
    expect(cleared.nonAccrual).toBe(false);
    expect(account(cleared, 'memo-interest')).toBe(0);
    expect(account(cleared, 'interest-income')).toBe(-cleared.accrued.interestFen);
  });

  it('a reversed payment is taken back by an entry, and what follows is posted anew', () => {
    const state = loanAfter([
      pay('2026-02-10', 106_619, { id: 'first' }),
      pay('2026-03-10', 106_619, { id: 'second' }),
      { type: 'REVERSE', on: '2026-03-15', transactionId: 'first' },
    ]);
    const entries = state.journal.entries.map(({ transactionId, version, reverses }) => ({
      transactionId,
      version,
      reverses,
    }));
    expect(entries).toEqual([
      { transactionId: 'e1', version: 1, reverses: null },
      { transactionId: 'first', version: 1, reverses: null },
      { transactionId: 'second', version: 1, reverses: null },
      { transactionId: 'first', version: 1, reverses: 2 },
      { transactionId: 'second', version: 1, reverses: 3 },
      { transactionId: 'second', version: 2, reverses: null },
    ]);
    expect(account(state, 'loan-principal')).toBe(
      state.book.instalments.reduce((sum, { due, paid }) => sum + due.principalFen - paid.principalFen, 0),
    );
  });

  it('a charge-off turns principal into expense and income back; payments are then recoveries', () => {
    const policy = policyWith({});
    const state = loanAfter(
      [{ type: 'DAY_END', on: '2026-02-10' }, { type: 'CHARGE_OFF', on: '2026-02-10' }, pay('2026-02-20', 50_000)],
      TERMS,
      policy,
    );
    expect(account(state, 'loan-principal')).toBe(0);
    expect(account(state, 'charge-off-expense')).toBe(1_200_000);
    expect(account(state, 'interest-receivable')).toBe(0);
    expect(account(state, 'recovery-income')).toBe(-50_000);
    expect(state.book.chargedOffOn).toBe('2026-02-10');
  });
});
