import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../models/reference/dates.ts';
import type { DayCount } from '../../models/reference/lending-terms.ts';
import { calendarDay, laterDay } from './calendar-day.ts';
import { yearFraction } from './day-count.ts';

const count = (dayCount: DayCount, from: string, to: string): string => {
  const { numerator, denominator } = yearFraction(dayCount, calendarDay(from), calendarDay(to));
  return `${numerator}/${denominator}`;
};

describe('year fractions', () => {
  it.each([
    ['30/360', '2026-01-15', '2026-02-15', '30/360'],
    ['30/360', '2026-01-31', '2026-03-31', '60/360'],
    ['30/360', '2026-01-30', '2026-01-31', '0/360'],
    ['30/360', '2026-01-29', '2026-01-31', '2/360'],
    ['30/360', '2026-02-28', '2026-03-31', '33/360'],
    ['30/360', '2025-12-15', '2026-12-15', '360/360'],
    ['ACT/360', '2026-01-15', '2026-02-15', '31/360'],
    ['ACT/360', '2026-02-15', '2026-03-15', '28/360'],
    ['ACT/360', '2028-02-15', '2028-03-15', '29/360'],
    ['ACT/365', '2028-01-01', '2029-01-01', '366/365'],
    ['ACT/364', '2026-01-01', '2026-01-15', '14/364'],
    // a day of a common year is 366, one of a leap year 365 parts of 365·366
    ['ACT/ACT', '2027-01-01', '2028-01-01', '133590/133590'],
    ['ACT/ACT', '2028-01-01', '2029-01-01', '133590/133590'],
    ['ACT/ACT', '2023-12-12', '2024-01-12', `${20 * 366 + 11 * 365}/133590`],
    ['ACT/ACT', '2023-06-30', '2026-06-30', `${185 * 366 + 133_590 + 133_590 + 180 * 366}/133590`],
    ['ACT/ACT-31DEC', '2023-12-12', '2024-01-12', `${19 * 366 + 12 * 365}/133590`],
    ['ACT/ACT-31DEC', '2023-12-31', '2024-12-31', `${366 * 365}/133590`],
    ['ACT/ACT', '2024-02-29', '2024-02-29', '0/133590'],
  ] as const)('%s from %s to %s is %s', (dayCount, from, to, expected) => {
    expect(count(dayCount, from, to)).toBe(expected);
  });

  it('of the actual day counts add up over any date between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.constantFrom('ACT/360', 'ACT/365', 'ACT/ACT', 'ACT/ACT-31DEC' as const),
        (start, first, second, dayCount) => {
          const from = laterDay(calendarDay('1990-01-01'), start);
          const middle = laterDay(from, first);
          const to = laterDay(middle, second);
          expect(
            yearFraction(dayCount as DayCount, from, middle).numerator +
              yearFraction(dayCount as DayCount, middle, to).numerator,
          ).toBe(yearFraction(dayCount, from, to).numerator);
        },
      ),
    );
  });

  it('a day taken apart agrees with the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80_000 }), fc.integer({ min: 0, max: 800 }), (start, days) => {
        const from = addDays('1990-01-01', start);
        const later = laterDay(calendarDay(from), days);
        expect(later).toEqual(calendarDay(addDays(from, days)));
        expect(later.serial - calendarDay(from).serial).toBe(daysBetween(from, later.on));
      }),
    );
  });
});
