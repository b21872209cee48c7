import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  ageInFullYears,
  businessDateOf,
  daysBetween,
  fullMonthsBetween,
  isBusinessDate,
} from './dates.ts';

describe('business dates', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-01-01', -1, '2025-12-01'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-06-30', 60, '2031-06-30'],
  ])('%s plus %d months is %s', (date, months, expected) => {
    expect(addMonths(date, months)).toBe(expected);
  });

  it.each([
    ['2000-05-10', '2018-05-09', 17],
    ['2000-05-10', '2018-05-10', 18],
    ['2000-02-29', '2018-02-28', 17],
    ['2000-02-29', '2018-03-01', 18],
    ['2000-02-29', '2020-02-29', 20],
  ])('born %s is at %s %d years old', (born, at, age) => {
    expect(ageInFullYears(born, at)).toBe(age);
  });

  it.each([
    ['2026-02-29', false],
    ['2024-02-29', true],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2026-13-01', false],
    ['2026-1-01', false],
    ['2026-04-31', false],
  ])('%s is a date: %s', (value, expected) => {
    expect(isBusinessDate(value)).toBe(expected);
  });

  it('an instant belongs to the day it is in Shanghai', () => {
    expect(businessDateOf('2026-01-01T15:59:59Z')).toBe('2026-01-01');
    expect(businessDateOf('2026-01-01T16:00:00Z')).toBe('2026-01-02');
    expect(businessDateOf('2026-01-02T00:00:00+08:00')).toBe('2026-01-02');
  });

  it('full months agree with adding months', () => {
    expect(fullMonthsBetween('2023-01-31', '2023-02-28')).toBe(1);
    expect(fullMonthsBetween('2023-01-31', '2023-02-27')).toBe(0);
    const days = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays('1970-01-01', n));
    fc.assert(
      fc.property(days, days, (from, to) => {
        const months = fullMonthsBetween(from, to);
        return (
          addMonths(from, months) <= to &&
          addMonths(from, months + 1) > to &&
          daysBetween(from, to) === -daysBetween(to, from)
        );
      }),
    );
  });

  it('what is not a date is an error, not another date', () => {
    expect(() => addMonths('2026-02-30', 1)).toThrow(RangeError);
    expect(() => ageInFullYears('x', '2026-01-01')).toThrow(RangeError);
    expect(() => businessDateOf('yesterday')).toThrow(RangeError);
  });
});
