import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReviewPolicy, REVIEW_POLICIES, type ReviewPolicy, rulesFor } from './index.ts';
import type { PolicyScope } from './review-policy.ts';

const base = REVIEW_POLICIES.at(-1)!.value;
type Scoped = NonNullable<ReviewPolicy['scoped']>[number];
const tenor = (newMonths: number) => ({ tenor: { ...base.tenor, newMonths } });
const entry = (
  name: string,
  scope: PolicyScope,
  changes: Scoped['changes'] = tenor(Number(/\d+$/.exec(name)?.[0] ?? 12)),
): Scoped => ({ name, scope, changes });
const policyOf = (...scoped: Scoped[]): ReviewPolicy => ({ ...base, scoped });
const beijing = { region: '110105', product: 'NEW-ANNUITY', partnerId: 'dealer-a' };

describe('the most specific scope wins, section by section', () => {
  /** [what, the scopes (their number is the months they set), the months that hold for an application of 110105, NEW-ANNUITY, dealer-a] */
  it.each<[string, Record<number, PolicyScope>, number]>([
    ['no scope', {}, 60],
    ['a scope that does not match', { 12: { regions: ['31'] } }, 60],
    ['province', { 12: { regions: ['11'] } }, 12],
    ['city over province', { 12: { regions: ['11'] }, 24: { regions: ['1101'] } }, 24],
    ['district over city, whatever their order', { 12: { regions: ['110105'] }, 24: { regions: ['1101'] } }, 12],
    ['the longest prefix of a list counts', { 12: { regions: ['1101'] }, 24: { regions: ['11', '110105'] } }, 24],
    [
      'two dimensions over one',
      { 12: { regions: ['110105'] }, 24: { regions: ['11'], products: ['NEW-ANNUITY'] } },
      24,
    ],
    [
      'three dimensions over two',
      {
        12: { products: ['NEW-ANNUITY'], partners: ['dealer-a'] },
        24: { regions: ['11'], products: ['NEW-ANNUITY'], partners: ['dealer-a', 'dealer-b'] },
      },
      24,
    ],
    [
      'every dimension must match',
      { 12: { regions: ['11'], partners: ['dealer-b'] }, 24: { products: ['USED-ANNUITY'] } },
      60,
    ],
    ['channel', { 12: { partners: ['dealer-b', 'dealer-a'] } }, 12],
    ['product', { 12: { products: ['NEW-ANNUITY'] } }, 12],
  ])('%s', (_what, scopes, months) => {
    const policy = policyOf(...Object.entries(scopes).map(([number, scope]) => entry(`s${number}`, scope)));
    expect(rulesFor(policy, beijing, 'champion').rules.tenor.newMonths).toBe(months);
  });

  it('each section comes from its own winner; all that applied are named, the least specific first', () => {
    const age = { age: { ...base.age, min: 21 } };
    const policy = policyOf(
      entry('district', { regions: ['110105'] }, tenor(12)),
      entry('province', { regions: ['11'] }, { ...tenor(24), ...age }),
    );
    const { rules, scope } = rulesFor(policy, beijing, 'champion');
    expect([rules.tenor.newMonths, rules.age.min, scope]).toEqual([12, 21, ['province', 'district']]);
    expect(rules).not.toHaveProperty('scoped');
  });

  it('the challenger’s sections hold in its arm only, above all others', () => {
    const policy: ReviewPolicy = {
      ...policyOf(entry('district', { regions: ['110105'] }, tenor(12))),
      challenger: { name: 'longer', share: '0.1', changes: tenor(48) },
    };
    expect(rulesFor(policy, beijing, 'champion')).toMatchObject({
      rules: { tenor: { newMonths: 12 } },
      scope: ['district'],
    });
    expect(rulesFor(policy, beijing, 'challenger')).toMatchObject({
      rules: { tenor: { newMonths: 48 } },
      scope: ['district', 'longer'],
    });
  });
});

describe('ties are refused', () => {
  it.each<[string, PolicyScope, PolicyScope, boolean]>([
    ['the same scope twice', { regions: ['11'] }, { regions: ['11'] }, true],
    ['lists that share a value', { products: ['A', 'B'] }, { products: ['B', 'C'] }, true],
    ['different dimensions that may meet', { regions: ['11'] }, { partners: ['dealer-a'] }, true],
    [
      'two and two dimensions that may meet',
      { regions: ['11'], products: ['A'] },
      { products: ['A'], partners: ['x'] },
      true,
    ],
    ['prefixes of one length in lists', { regions: ['11', '31'] }, { regions: ['1101', '31'] }, true],
    ['lists that share nothing', { products: ['A'] }, { products: ['B'] }, false],
    ['prefixes of different length', { regions: ['11'] }, { regions: ['1101'] }, false],
    ['one dimension and two', { regions: ['11'] }, { regions: ['11'], products: ['A'] }, false],
    [
      'two and two dimensions that never meet',
      { regions: ['11'], products: ['A'] },
      { regions: ['31'], products: ['A'] },
      false,
    ],
  ])('%s', (_what, first, second, tie) => {
    for (const [a, b] of [
      [first, second],
      [second, first],
    ] as const) {
      const flaws = checkReviewPolicy(policyOf(entry('a', a), entry('b', b)));
      expect(flaws.map(({ pointer, code }) => [pointer, code])).toEqual(tie ? [['/scoped/1/scope', 'SCOPE_TIE']] : []);
    }
  });

  it('not where they change different sections', () => {
    expect(
      checkReviewPolicy(policyOf(entry('a', { regions: ['11'] }), entry('b', { partners: ['x'] }, { age: base.age }))),
    ).toEqual([]);
  });

  it('not where a more specific change decides for all both match', () => {
    const both = entry('c', { regions: ['11'], partners: ['x', 'y'] });
    expect(checkReviewPolicy(policyOf(entry('a', { regions: ['11'] }), entry('b', { partners: ['x'] }), both))).toEqual(
      [],
    );
    expect(
      checkReviewPolicy(policyOf(entry('a', { regions: ['11'] }), entry('b', { partners: ['z'] }), both)),
    ).toMatchObject([{ code: 'SCOPE_TIE' }]);
    expect(
      checkReviewPolicy(
        policyOf(
          entry('a', { regions: ['11'] }),
          entry('b', { partners: ['x'] }),
          entry('c', { regions: ['1101'], partners: ['x'] }),
        ),
      ),
    ).toMatchObject([{ code: 'SCOPE_TIE' }]);
  });

  it('of a policy without ties the order of its scopes decides nothing', () => {
    const scope = fc
      .record({
        regions: fc.subarray(['11', '1101', '110105', '31']),
        products: fc.subarray(['A', 'B']),
        partners: fc.subarray(['x', 'y']),
      })
      .map((all) => Object.fromEntries(Object.entries(all).filter(([, values]) => values.length > 0)) as PolicyScope)
      .filter((named) => Object.keys(named).length > 0);
    const subjects = ['110105', '110101', '110200', '310101'].flatMap((region) =>
      ['A', 'B', 'C'].flatMap((product) => ['x', 'y', 'z'].map((partnerId) => ({ region, product, partnerId }))),
    );
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), (scopes) => {
        const entries = scopes.map((one, index) => entry(`s${index + 10}`, one));
        fc.pre(checkReviewPolicy(policyOf(...entries)).length === 0);
        const [there, back] = [policyOf(...entries), policyOf(...[...entries].reverse())];
        for (const subject of subjects)
          expect(rulesFor(there, subject, 'champion').rules.tenor).toEqual(
            rulesFor(back, subject, 'champion').rules.tenor,
          );
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a schema cannot say', () => {
  it.each<[string, (policy: ReviewPolicy) => void, string, string]>([
    [
      'bands that fall',
      (p) =>
        (p.bureau.bands = [
          { from: 500, outcome: 'refer' },
          { from: 400, outcome: 'approve' },
        ]),
      '/bureau/bands/1/from',
      'NOT_ASCENDING',
    ],
    [
      'a higher band that is worse',
      (p) =>
        (p.bureau.bands = [
          { from: 400, outcome: 'approve' },
          { from: 500, outcome: 'refer' },
        ]),
      '/bureau/bands/1/outcome',
      'WORSE_ABOVE',
    ],
    [
      'a better grade that is worse',
      (p) =>
        (p.scorecard!.grades = [
          { grade: 'B', from: 400, outcome: 'approve' },
          { grade: 'A', from: 500, outcome: 'decline' },
        ]),
      '/scorecard/grades/1/outcome',
      'WORSE_ABOVE',
    ],
    [
      'a grade twice',
      (p) =>
        (p.scorecard!.grades = [
          { grade: 'A', from: 400, outcome: 'refer' },
          { grade: 'A', from: 500, outcome: 'approve' },
        ]),
      '/scorecard/grades/1/grade',
      'DUPLICATE',
    ],
    ['a scorecard nobody knows', (p) => (p.scorecard!.version = 'gone'), '/scorecard/version', 'UNKNOWN_SCORECARD'],
    ['a product twice', (p) => p.products.push(p.products[0]!), '/products/8/code', 'DUPLICATE'],
    ['a cap twice', (p) => p.ltv.caps.push(p.ltv.caps[0]!), '/ltv/caps/5', 'DUPLICATE'],
    ['a bureau twice', (p) => (p.bureau.others![0]!.name = 'scoring'), '/bureau/others/0/name', 'DUPLICATE'],
    [
      'a name twice',
      (p) => (p.scoped = [entry('a', { regions: ['11'] }), entry('a', { regions: ['31'] })]),
      '/scoped/1/name',
      'DUPLICATE',
    ],
    [
      'the same in a scoped change',
      (p) => (p.scoped = [entry('a', { regions: ['11'] }, { products: [p.products[0]!, p.products[0]!] })]),
      '/scoped/0/changes/products/1/code',
      'DUPLICATE',
    ],
    [
      'a challenger for more than all',
      (p) => (p.challenger = { name: 'c', share: '1.01', changes: tenor(12) }),
      '/challenger/share',
      'TOO_LARGE',
    ],
  ])('%s', (_what, edit, pointer, code) => {
    const policy = structuredClone(base);
    edit(policy);
    expect(checkReviewPolicy(policy).map((flaw) => [flaw.pointer, flaw.code])).toEqual([[pointer, code]]);
  });

  it('finds nothing in what is shipped', () => {
    for (const { value } of REVIEW_POLICIES) expect(checkReviewPolicy(value)).toEqual([]);
  });
});
