import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fenOf, percentText, rateOf, yuanText } from './decimal-text.ts';

describe('amounts and rates as typed', () => {
  it.each([
    ['3096.86', 309_686],
    ['100000', 10_000_000],
    ['0.05', 5],
    ['.5', 50],
    ['7.', 700],
    ['0', 0],
    ['-1.01', -101],
    ['10000000000', 1_000_000_000_000],
  ])('%s yuan are %i fen', (yuan, fen) => expect(fenOf(yuan)).toBe(fen));

  it('keeps a fraction of a fen, so that it can be refused', () =>
    expect(Number.isInteger(fenOf('1.005'))).toBe(false));

  it.each([
    ['7.2', '0.072'],
    ['100', '1'],
    ['0', '0'],
    ['0.5', '0.005'],
    ['12.345678', '0.12345678'],
  ])('%s %% is the rate %s, and back', (percent, rate) => {
    expect(rateOf(percent)).toBe(rate);
    expect(percentText(rate)).toBe(percent);
  });

  it('shows a rate that is none as it came', () => expect(percentText('a lot')).toBe('a lot'));

  it('any fen come back the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }),
        (fen) => fenOf(yuanText(fen)) === fen,
      ),
    );
  });

  it('any rate comes back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (millionths) => {
        const rate = rateOf(String(millionths));
        return percentText(rate) === String(millionths) && rateOf(percentText(rate)) === rate;
      }),
    );
  });
});
