import type { PolicyArm } from '../events/application-decided.ts';
import type { PolicyScope, ReviewPolicy, ReviewRules } from './review-policy.ts';

/** What a scope is matched against: six-digit region of the address, product code, partner id. */
export interface PolicySubject {
  readonly region: string;
  readonly product: string;
  readonly partnerId: string;
}

/** The rules for one application, and the names of the changes that made them, the least specific first. */
export interface ScopedRules {
  readonly rules: ReviewRules;
  readonly scope: string[];
}

type Scoped = NonNullable<ReviewPolicy['scoped']>[number];
type Section = keyof ReviewRules;

/** Dimensions named, then the digits of the region prefix that matches: the higher wins. Without ties, that is what `beats` says. */
type Rank = readonly [dimensions: number, digits: number];

const byRank = ([a, c]: Rank, [b, d]: Rank): number => a - b || c - d;

/** How specific a scope is for an application; undefined when it does not match. */
function rankFor(scope: PolicyScope, { region, product, partnerId }: PolicySubject): Rank | undefined {
  if (scope.products !== undefined && !scope.products.includes(product)) return undefined;
  if (scope.partners !== undefined && !scope.partners.includes(partnerId)) return undefined;
  if (scope.regions === undefined) return [Object.keys(scope).length, 0];
  const digits = digitsOf(scope.regions, region);
  return digits === 0 ? undefined : [Object.keys(scope).length, digits];
}

const made = new WeakMap<ReviewPolicy, Map<string, ScopedRules>>();

/**
 * The rules a policy holds for an application. Of the scoped changes that match, each section comes from the most specific one: the
 * one that names more dimensions, of two with as many the one with the longer region prefix (ties are refused when the policy is
 * published). The challenger's sections replace all others in its arm. Pure; made once per policy and combination of changes.
 */
export function rulesFor(policy: ReviewPolicy, subject: PolicySubject, arm: PolicyArm): ScopedRules {
  const { scoped = [], challenger } = policy;
  const matching = scoped
    .flatMap((entry) => {
      const rank = rankFor(entry.scope, subject);
      return rank === undefined ? [] : [{ entry, rank }];
    })
    .sort((one, other) => byRank(one.rank, other.rank))
    .map(({ entry }): Pick<Scoped, 'name' | 'changes'> => entry);
  if (arm === 'challenger' && challenger !== undefined) matching.push(challenger);
  let known = made.get(policy);
  if (known === undefined) made.set(policy, (known = new Map()));
  const name = matching.map((entry) => entry.name).join(' ');
  let found = known.get(name);
  if (found === undefined) {
    const { scoped: _scoped, challenger: _challenger, ...base } = policy;
    found = {
      rules: Object.assign({}, base, ...matching.map(({ changes }) => changes)) as ReviewRules,
      scope: matching.map((entry) => entry.name),
    };
    known.set(name, found);
  }
  return found;
}

/** Two scoped changes that would both decide a section for the same applications. */
interface ScopeTie {
  readonly first: number;
  readonly second: number;
  readonly sections: Section[];
}

/**
 * The ties of a policy: pairs of scoped changes of one section that match one application and are equally specific there, unless a more
 * specific change of that section decides for every application both match. Pure.
 */
export function scopeTies(scoped: readonly Scoped[]): ScopeTie[] {
  const ties: ScopeTie[] = [];
  for (let first = 0; first < scoped.length; first += 1) {
    for (let second = first + 1; second < scoped.length; second += 1) {
      const [one, other] = [scoped[first]!, scoped[second]!];
      const disputed = cells(one.scope, other.scope).filter(
        (cell) => !beats(one.scope, other.scope, cell) && !beats(other.scope, one.scope, cell),
      );
      const sections = (Object.keys(one.changes) as Section[]).filter(
        (section) =>
          section in other.changes &&
          disputed.some((cell) => !isSettled(scoped, section, cell, [one.scope, other.scope])),
      );
      if (sections.length > 0) ties.push({ first, second, sections });
    }
  }
  return ties;
}

/** The applications two scopes share, one value per dimension; undefined: any value. */
interface Cell {
  readonly region: string | undefined;
  readonly product: string | undefined;
  readonly partner: string | undefined;
}

function cells(one: PolicyScope, other: PolicyScope): Cell[] {
  const shared = (a: readonly string[] | undefined, b: readonly string[] | undefined): (string | undefined)[] =>
    a === undefined || b === undefined ? (a ?? b ?? [undefined]).slice() : a.filter((value) => b.includes(value));
  const regions =
    one.regions === undefined || other.regions === undefined
      ? shared(one.regions, other.regions)
      : one.regions.flatMap((a) =>
          other.regions!.filter((b) => a.startsWith(b) || b.startsWith(a)).map((b) => (a.length >= b.length ? a : b)),
        );
  return [...new Set(regions)].flatMap((region) =>
    shared(one.products, other.products).flatMap((product) =>
      shared(one.partners, other.partners).map((partner) => ({ region, product, partner })),
    ),
  );
}

/** Whether a scope is more specific than another: more dimensions, or as many with a longer region prefix where both name regions. */
function beats(one: PolicyScope, other: PolicyScope, { region }: Cell): boolean {
  const dimensions = Object.keys(one).length - Object.keys(other).length;
  if (dimensions !== 0 || one.regions === undefined || other.regions === undefined || region === undefined)
    return dimensions > 0;
  return digitsOf(one.regions, region) > digitsOf(other.regions, region);
}

/** Length of the longest of these prefixes a region begins with; 0 when none does. */
function digitsOf(prefixes: readonly string[], region: string): number {
  return Math.max(0, ...prefixes.filter((prefix) => region.startsWith(prefix)).map(({ length }) => length));
}

/** Whether a change of the section that is more specific than both matches every application of the cell. */
function isSettled(scoped: readonly Scoped[], section: Section, cell: Cell, tied: readonly PolicyScope[]): boolean {
  const covers = (
    values: readonly string[] | undefined,
    value: string | undefined,
    matches: (one: string) => boolean,
  ): boolean => values === undefined || (value !== undefined && values.some(matches));
  return scoped.some(
    ({ scope, changes }) =>
      section in changes &&
      covers(scope.regions, cell.region, (prefix) => cell.region!.startsWith(prefix)) &&
      covers(scope.products, cell.product, (product) => product === cell.product) &&
      covers(scope.partners, cell.partner, (partner) => partner === cell.partner) &&
      tied.every((other) => beats(scope, other, cell)),
  );
}
