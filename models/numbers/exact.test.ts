import { describe, expect, it } from '@jest/globals';
import { above, exceeds, percent, percentOf, ratio, yuan } from './exact.ts';

describe('ratios', () => {
  it('compare exactly, at any size', () => {
    expect(exceeds(80, 100, ratio('0.80'))).toBe(false);
    expect(exceeds(81, 100, ratio('0.80'))).toBe(true);
    const whole = 9_000_000_000_000_000;
    expect(exceeds(whole * 0.8, whole, ratio('0.800000'))).toBe(false);
    expect(exceeds(whole * 0.8 + 1, whole, ratio('0.800000'))).toBe(true);
    expect(exceeds(1, 0, ratio('0.80'))).toBe(true);
    expect(exceeds(0, 0, ratio('0.80'))).toBe(false);
    expect(above(ratio('0.24'), ratio('0.240000'))).toBe(false);
    expect(above(ratio('0.240001'), ratio('0.24'))).toBe(true);
  });

  it.each(['', '-0.1', '1e-3', '.5', '0.1.2'])('%p is none', (text) => {
    expect(() => ratio(text)).toThrow(RangeError);
  });

  it('read as text', () => {
    expect([percent('0.80'), percent('0.065998'), percent('1'), percent('0.5'), percent('0.24')]).toEqual([
      '80%',
      '6.5998%',
      '100%',
      '50%',
      '24%',
    ]);
    expect([percentOf(80_001, 100_000), percentOf(1, 3), percentOf(1, 0)]).toEqual(['80.01%', '33.34%', '—']);
    expect([yuan(309_686), yuan(5), yuan(123_456_789_00)]).toEqual(['3,096.86元', '0.05元', '123,456,789.00元']);
  });
});
