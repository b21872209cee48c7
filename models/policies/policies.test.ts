import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { policyInForce, PolicyMissing, POLICIES, REVIEW_POLICIES, type ReviewPolicy } from './index.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
const capsOn = (date: string) => policyInForce(REVIEW_POLICIES, date).value.ltv.caps;
const capOn = (date: string, kind: string, use: string, energy: string) =>
  capsOn(date)
    .filter((c) => c.kind === kind && (c.use as string[]).includes(use) && (c.energy as string[]).includes(energy))
    .map(({ cap, setBy }) => [cap, setBy]);

describe('shipped policies', () => {
  it.each(
    POLICIES.flatMap(({ key, schema, versions }) =>
      versions.map((version) => ({ name: `${key} ${version.version}`, schema, version })),
    ),
  )('$name fits its schema', ({ schema, version }) => {
    const { $id: _id, ...plain } = schema as { $id?: string };
    const validate = ajv.compile(plain);
    validate(version.value);
    expect(validate.errors ?? []).toEqual([]);
    expect(version.effectiveFrom).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(version.note).not.toBe('');
  });

  it('every version has its own name, and versions are in order', () => {
    for (const { versions } of POLICIES) {
      expect(new Set(versions.map(({ version }) => version)).size).toBe(versions.length);
      expect(versions.map(({ effectiveFrom }) => effectiveFrom)).toEqual(
        versions.map(({ effectiveFrom }) => effectiveFrom).sort(),
      );
    }
  });

  // 汽车贷款管理办法, from 2018-01-01; since 2024 the lender sets the caps of own-use cars.
  it.each([
    ['2018-01-01', 'new', 'own', 'fuel', '0.80', 'regulation'],
    ['2018-01-01', 'new', 'commercial', 'fuel', '0.70', 'regulation'],
    ['2018-01-01', 'new', 'own', 'new-energy', '0.85', 'regulation'],
    ['2018-01-01', 'new', 'commercial', 'new-energy', '0.75', 'regulation'],
    ['2018-01-01', 'used', 'own', 'new-energy', '0.70', 'regulation'],
    ['2024-03-27', 'new', 'own', 'fuel', '0.80', 'regulation'],
    ['2024-03-28', 'new', 'own', 'fuel', '0.85', 'lender'],
    ['2024-03-27', 'new', 'own', 'new-energy', '0.85', 'regulation'],
    ['2024-03-28', 'new', 'own', 'new-energy', '0.90', 'lender'],
    ['2026-11-20', 'new', 'commercial', 'fuel', '0.70', 'regulation'],
    ['2026-11-20', 'new', 'commercial', 'new-energy', '0.75', 'regulation'],
    ['2026-11-20', 'used', 'own', 'fuel', '0.70', 'regulation'],
    ['2026-11-20', 'used', 'commercial', 'new-energy', '0.70', 'regulation'],
  ])('on %s the cap for %s, %s, %s is %s, set by %s', (date, kind, use, energy, cap, setBy) => {
    expect(capOn(date, kind, use, energy)).toEqual([[cap, setBy]]);
  });

  it('score bands ascend', () => {
    for (const { value } of REVIEW_POLICIES) {
      const from = value.bureau.bands.map((band) => band.from);
      expect(from).toEqual([...from].sort((a, b) => a - b));
    }
  });
});

describe('policyInForce', () => {
  const version = (name: string, effectiveFrom: string) => ({
    version: name,
    effectiveFrom,
    value: {} as ReviewPolicy,
  });
  it.each([
    ['2026-01-01', 'a'],
    ['2026-05-31', 'a'],
    ['2026-06-01', 'b'],
    ['2099-01-01', 'b'],
  ])('%s → %s', (date, name) => {
    const [a, b] = [version('a', '2026-01-01'), version('b', '2026-06-01')];
    expect(policyInForce([a, b], date).version).toBe(name);
    expect(policyInForce([b, a], date).version).toBe(name);
  });

  it('of two versions of one date the later published one applies', () => {
    expect(policyInForce([version('a', '2026-01-01'), version('b', '2026-01-01')], '2026-01-01').version).toBe('b');
  });

  it('before the first version there is none', () => {
    expect(() => policyInForce([version('a', '2026-01-01')], '2025-12-31')).toThrow(PolicyMissing);
  });
});
