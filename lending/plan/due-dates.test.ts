import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyTerms, sampleTerms } from '../../test/generators/loan-terms.ts';
import { dueDates } from './due-dates.ts';
import type { LoanTerms } from '../terms/terms.ts';

const datesOf = (terms: LoanTerms): string[] => dueDates(terms).due.map(({ on }) => on);
const clamp = { monthEnd: 'CLAMP' } as const;
const roll = { monthEnd: 'ROLL' } as const;
const endOfMonth = { monthEnd: 'END_OF_MONTH' } as const;

describe('due dates', () => {
  it.each([
    ['the same day every month', { disbursedOn: '2026-01-15' }, ['2026-02-15', '2026-03-15', '2026-04-15']],
    [
      '31 clamps, and is back where the month has it',
      { disbursedOn: '2025-01-31', conventions: clamp },
      ['2025-02-28', '2025-03-31', '2025-04-30'],
    ],
    [
      '31 clamps to the leap day',
      { disbursedOn: '2028-01-31', conventions: clamp },
      ['2028-02-29', '2028-03-31', '2028-04-30'],
    ],
    [
      '31 rolls to the first of the next month',
      { disbursedOn: '2025-01-31', conventions: roll },
      ['2025-03-01', '2025-03-31', '2025-05-01'],
    ],
    [
      '30 rolls in February alone',
      { disbursedOn: '2025-01-30', conventions: roll },
      ['2025-03-01', '2025-03-30', '2025-04-30'],
    ],
    [
      'a first due date clamped by the caller keeps its own day',
      { disbursedOn: '2025-01-31', firstDueOn: '2025-02-28', conventions: clamp },
      ['2025-02-28', '2025-03-28', '2025-04-28'],
    ],
    [
      'the due day says what it stands for',
      { disbursedOn: '2025-01-31', firstDueOn: '2025-02-28', dueDay: 31, conventions: clamp },
      ['2025-02-28', '2025-03-31', '2025-04-30'],
    ],
    [
      'and what a rolled one stands for',
      { disbursedOn: '2025-01-31', firstDueOn: '2025-03-01', dueDay: 31, conventions: roll },
      ['2025-03-01', '2025-03-31', '2025-05-01'],
    ],
    [
      'a month’s end stays one',
      { disbursedOn: '2025-01-10', firstDueOn: '2025-02-28', conventions: endOfMonth },
      ['2025-02-28', '2025-03-31', '2025-04-30'],
    ],
    [
      '30 April is a month’s end',
      { disbursedOn: '2026-04-30', conventions: endOfMonth },
      ['2026-05-31', '2026-06-30', '2026-07-31'],
    ],
    [
      'no month’s end, nothing to stay at',
      { disbursedOn: '2025-01-10', firstDueOn: '2025-02-27', conventions: endOfMonth },
      ['2025-02-27', '2025-03-27', '2025-04-27'],
    ],
    ['a due day of its own', { disbursedOn: '2026-01-10', dueDay: 20 }, ['2026-02-20', '2026-03-20', '2026-04-20']],
    ['over the year’s end', { disbursedOn: '2026-11-30' }, ['2026-12-30', '2027-01-30', '2027-02-28']],
    [
      'every quarter',
      { disbursedOn: '2026-11-30', period: { every: 3, unit: 'MONTH' } },
      ['2027-02-28', '2027-05-30', '2027-08-30'],
    ],
    [
      'every second week',
      { disbursedOn: '2024-01-01', period: { every: 2, unit: 'WEEK' } },
      ['2024-01-15', '2024-01-29', '2024-02-12'],
    ],
    [
      'every 15 days',
      { disbursedOn: '2024-01-01', period: { every: 15, unit: 'DAY' } },
      ['2024-01-16', '2024-01-31', '2024-02-15'],
    ],
    [
      'a short first period of days',
      { disbursedOn: '2024-01-01', firstDueOn: '2024-01-05', period: { every: 30, unit: 'DAY' } },
      ['2024-01-05', '2024-02-04', '2024-03-05'],
    ],
  ] as const)('%s', (_, but, expected) => {
    expect(datesOf(sampleTerms({ ...but, termPeriods: 3 }))).toEqual(expected);
  });

  it.each([
    [{ disbursedOn: '2026-01-15' }, true],
    [{ disbursedOn: '2026-01-15', firstDueOn: '2026-02-15' }, true],
    [{ disbursedOn: '2026-01-15', firstDueOn: '2026-02-14' }, false],
    [{ disbursedOn: '2026-01-15', firstDueOn: '2026-03-15' }, false],
    [{ disbursedOn: '2026-01-31' }, true],
    [{ disbursedOn: '2026-02-28', dueDay: 31 }, true],
    [{ disbursedOn: '2026-01-10', dueDay: 20 }, false],
    [{ disbursedOn: '2026-01-31', conventions: roll }, true],
    [{ disbursedOn: '2026-01-15', firstDueOn: '2026-01-29', period: { every: 2, unit: 'WEEK' } }, true],
    [{ disbursedOn: '2026-01-15', firstDueOn: '2026-01-30', period: { every: 2, unit: 'WEEK' } }, false],
  ] as const)('%j: the first period is regular: %s', (but, expected) => {
    expect(dueDates(sampleTerms(but)).firstIsRegular).toBe(expected);
  });

  it('rise, whatever the terms', () => {
    fc.assert(
      fc.property(anyTerms(['ANNUITY']), (terms) => {
        const { disbursed, due } = dueDates(terms);
        expect(due).toHaveLength(terms.termPeriods);
        due.reduce((before, day) => {
          expect(day.serial).toBeGreaterThan(before.serial);
          return day;
        }, disbursed);
      }),
    );
  });
});
