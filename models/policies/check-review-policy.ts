import { checkScorecardPolicy } from './check-scorecard-policy.ts';
import type { PolicyFlaw } from './policy-flaw.ts';
import { scopeTies } from './policy-scope.ts';
import type { ReviewPolicy, ReviewRules } from './review-policy.ts';

/** What a schema cannot say of a review policy: order, uniqueness, ties between scopes. Pure; empty when it is sound. */
export function checkReviewPolicy(policy: ReviewPolicy): PolicyFlaw[] {
  const { scoped = [], challenger, ...base } = policy;
  const parts: { at: string; sections: Partial<ReviewRules> }[] = [
    { at: '', sections: base },
    ...scoped.map(({ changes }, index) => ({ at: `/scoped/${index}/changes`, sections: changes })),
    ...(challenger === undefined ? [] : [{ at: '/challenger/changes', sections: challenger.changes }]),
  ];
  const flaws = parts.flatMap(({ at, sections }) => checkSections(at, sections));
  const names = [
    ...scoped.map(({ name }, index) => ({ name, pointer: `/scoped/${index}/name` })),
    ...(challenger === undefined ? [] : [{ name: challenger.name, pointer: '/challenger/name' }]),
  ];
  flaws.push(...repeated(names.map(({ name, pointer }) => ({ key: name, pointer }))));
  for (const { first, second, sections } of scopeTies(scoped)) {
    flaws.push({
      pointer: `/scoped/${second}/scope`,
      code: 'SCOPE_TIE',
      detail: `is as specific as ${scoped[first]!.name} for some of the same applications, and both change ${sections.join(', ')}: name another dimension, or add a more specific change for what both match`,
    });
  }
  if (challenger !== undefined && Number(challenger.share) > 1)
    flaws.push({ pointer: '/challenger/share', code: 'TOO_LARGE', detail: 'is a share of at most 1' });
  return flaws;
}

function checkSections(at: string, { bureau, ltv, products, scorecard }: Partial<ReviewRules>): PolicyFlaw[] {
  const flaws: PolicyFlaw[] = [];
  if (bureau !== undefined) {
    flaws.push(...descending(bureau.bands, `${at}/bureau/bands`, severityOf));
    flaws.push(
      ...repeated(
        [bureau.name, ...(bureau.others ?? []).map(({ name }) => name)].map((key, index) => ({
          key,
          pointer: `${at}/bureau/others/${index - 1}/name`,
        })),
      ),
    );
  }
  if (scorecard !== undefined) {
    flaws.push(...checkScorecardPolicy(scorecard, `${at}/scorecard`));
    flaws.push(...descending(scorecard.grades, `${at}/scorecard/grades`, severityOf));
    flaws.push(
      ...repeated(
        scorecard.grades.map(({ grade }, index) => ({ key: grade, pointer: `${at}/scorecard/grades/${index}/grade` })),
      ),
    );
  }
  if (products !== undefined)
    flaws.push(
      ...repeated(products.map(({ code }, index) => ({ key: code, pointer: `${at}/products/${index}/code` }))),
    );
  if (ltv !== undefined) {
    const combinations = ltv.caps.flatMap(({ kind, use, energy }, index) =>
      use.flatMap((u) => energy.map((e) => ({ key: `${kind}/${u}/${e}`, pointer: `${at}/ltv/caps/${index}` }))),
    );
    flaws.push(...repeated(combinations));
  }
  return flaws;
}

const SEVERITY = ['decline', 'refer', 'approve'];
const severityOf = ({ outcome }: { outcome: string }): number => SEVERITY.indexOf(outcome);

/** Bands must rise, and a higher one must not be worse: a better score never hurts. */
function descending<Band extends { from: number; outcome: string }>(
  bands: readonly Band[],
  pointer: string,
  order: (band: Band) => number,
): PolicyFlaw[] {
  return bands.flatMap((band, index) => {
    const below = bands[index - 1];
    if (below === undefined) return [];
    if (band.from <= below.from)
      return [{ pointer: `${pointer}/${index}/from`, code: 'NOT_ASCENDING', detail: `must be above ${below.from}` }];
    return order(band) < order(below)
      ? [
          {
            pointer: `${pointer}/${index}/outcome`,
            code: 'WORSE_ABOVE',
            detail: `a higher band must not be worse than the one below (${below.outcome})`,
          },
        ]
      : [];
  });
}

export function repeated(places: readonly { key: string; pointer: string }[]): PolicyFlaw[] {
  const seen = new Set<string>();
  return places.flatMap(({ key, pointer }) => {
    if (seen.has(key)) return [{ pointer, code: 'DUPLICATE', detail: `${key} is there twice` }];
    seen.add(key);
    return [];
  });
}
