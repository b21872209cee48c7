import type { TSchema } from '@sinclair/typebox';
import bureaus20180101 from './bureaus/2018-01-01.json' with { type: 'json' };
import matching20180101 from './matching/2018-01-01.json' with { type: 'json' };
import { BureausPolicy } from './bureaus-policy.ts';
import { MatchingPolicy } from './matching-policy.ts';
import type { ShippedPolicyVersion } from './policy-in-force.ts';
import review20180101 from './review/2018-01-01.json' with { type: 'json' };
import review20240328 from './review/2024-03-28.json' with { type: 'json' };
import { ReviewPolicy } from './review-policy.ts';

export { MatchingPolicy, ReviewPolicy };
export { BureausPolicy };
export { policyInForce, PolicyMissing, type PolicyVersion, type ShippedPolicyVersion } from './policy-in-force.ts';

// What TypeScript infers of a JSON file is wider than its schema (string for a literal); a test checks each file against it.
/** The review policy as shipped, oldest first. */
export const REVIEW_POLICIES = [review20180101, review20240328] as unknown as readonly ShippedPolicyVersion<ReviewPolicy>[];
/** The matching policy as shipped, oldest first. */
export const MATCHING_POLICIES = [matching20180101] as unknown as readonly ShippedPolicyVersion<MatchingPolicy>[];
/** The terms of the bureaus as shipped, oldest first. */
export const BUREAUS_POLICIES = [bureaus20180101] as unknown as readonly ShippedPolicyVersion<BureausPolicy>[];

/** Every policy of the hub: its key in the configuration, its schema, the versions it is seeded with. */
export const POLICIES: readonly { key: string; title: { zh: string; en: string }; schema: TSchema; versions: readonly ShippedPolicyVersion<unknown>[] }[] = [
  { key: 'bureaus', title: { zh: '征信机构：价格与复用', en: 'Bureaus: prices and reuse' }, schema: BureausPolicy, versions: BUREAUS_POLICIES },
  { key: 'matching', title: { zh: '匹配与重复规则', en: 'Matching and duplicates' }, schema: MatchingPolicy, versions: MATCHING_POLICIES },
  { key: 'review', title: { zh: '审批政策', en: 'Review policy' }, schema: ReviewPolicy, versions: REVIEW_POLICIES },
];
