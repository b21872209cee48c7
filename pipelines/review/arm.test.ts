import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armOf } from './arm.ts';

const trial = (share: string, name = 'trial') => ({ challenger: { name, share, changes: {} } });
const ids = Array.from({ length: 20_000 }, (_, i) => `application-${i}`);
const challenged = (policy: ReturnType<typeof trial>) => ids.filter((id) => armOf(policy, id) === 'challenger');

describe('armOf', () => {
  it('is the champion where there is no challenger', () => {
    expect(ids.slice(0, 100).every((id) => armOf({}, id) === 'champion')).toBe(true);
  });

  it.each([
    ['0', 0, 0],
    ['0.05', 900, 1_100],
    ['0.5', 9_800, 10_200],
    ['1', 20_000, 20_000],
  ])('a share of %s takes between %i and %i of 20,000', (share, least, most) => {
    const { length } = challenged(trial(share));
    expect(length).toBeGreaterThanOrEqual(least);
    expect(length).toBeLessThanOrEqual(most);
  });

  // Fixed for good: an application must not change its arm because the hub was updated.
  it('keeps to the arms it has always given', () => {
    expect(
      ids
        .slice(0, 16)
        .map((id) => (armOf(trial('0.5'), id) === 'challenger' ? 'x' : '-'))
        .join(''),
    ).toBe('-x--xxxx--x-x--x');
  });

  it('a larger share keeps whom a smaller one had', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (id, a, b) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)].map((share) =>
            armOf(trial((share / 100).toFixed(2)), id),
          );
          return less === 'champion' || more === 'challenger';
        },
      ),
    );
  });

  it('two trials split independently', () => {
    const one = new Set(challenged(trial('0.5', 'one')));
    const both = challenged(trial('0.5', 'other')).filter((id) => one.has(id)).length;
    expect(both).toBeGreaterThan(4_700);
    expect(both).toBeLessThan(5_300);
  });
});
