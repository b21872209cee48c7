import { describe, expect, it } from '@jest/globals';
import { dateRangeOf } from './date-filter.ts';

/** A Tuesday. */
const TODAY = '2026-11-24';

describe('date filter', () => {
  it.each([
    ['2026-11-05', '2026-11-05', '2026-11-05'],
    ['2026-02', '2026-02-01', '2026-02-28'],
    ['2026-11-01~2026-11-05', '2026-11-01', '2026-11-05'],
    ['2026-11-01~', '2026-11-01', undefined],
    ['~2026-11-05', undefined, '2026-11-05'],
    ['past7days', '2026-11-17', '2026-11-23'],
    ['past6days~', '2026-11-18', '2026-11-24'],
    ['past29days~', '2026-10-26', '2026-11-24'],
    ['past1months', '2026-10-01', '2026-10-31'],
    ['thisday', '2026-11-24', '2026-11-24'],
    ['thisweek', '2026-11-23', '2026-11-29'],
    ['thismonth', '2026-11-01', '2026-11-30'],
    ['thisyear', '2026-01-01', '2026-12-31'],
  ])('%s', (value, from, to) => {
    expect(dateRangeOf(value, TODAY)).toEqual({ ...(from ? { from } : {}), ...(to ? { to } : {}) });
  });

  it.each([
    '',
    '~',
    'tomorrow',
    '2026-02-30',
    '2026-13',
    '2026-1-1',
    'past0days',
    "2026-11-01'~",
    '2026-11-01~2026-11-02~',
  ])('refuses %j', (value) => {
    expect(dateRangeOf(value, TODAY)).toBeUndefined();
  });
});
