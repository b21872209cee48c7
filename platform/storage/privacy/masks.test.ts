import { describe, expect, it } from '@jest/globals';
import { maskAddress, maskIdNumberInside, maskMobile, maskName, maskNumber } from './masks.ts';

describe('masks of docs/domain.md §7', () => {
  it.each([
    ['张三', '张*'],
    ['张三丰', '张**'],
    ['张', '张*'],
    ['𠮷田', '𠮷*'],
  ])('%s → %s', (name, mask) => expect(maskName(name)).toBe(mask));
  it('keeps three and four digits of a mobile', () => expect(maskMobile('13800138000')).toBe('138****8000'));
  it('keeps the first six and last four of ID and card numbers', () => {
    expect(maskNumber('11010519491231002X')).toBe('110105********002X');
    expect(maskNumber('6222021234567890128')).toBe('622202*********0128');
  });
  it('keeps only the region of an ID number inside the hub', () =>
    expect(maskIdNumberInside('11010519491231002X')).toBe('110105************'));
  it('keeps nothing of an address', () => expect(maskAddress()).toBe('****'));
});
