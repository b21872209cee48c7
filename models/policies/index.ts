import type { TSchema } from '@sinclair/typebox';
import matching20180101 from './matching/2018-01-01.json' with { type: 'json' };
import { MatchingPolicy } from './matching-policy.ts';
import type { ShippedPolicyVersion } from './policy-in-force.ts';
import review20180101 from './review/2018-01-01.json' with { type: 'json' };
import review20240328 from './review/2024-03-28.json' with { type: 'json' };
import { ReviewPolicy } from './review-policy.ts';

export { MatchingPolicy, ReviewPolicy };
export { policyInForce, PolicyMissing, type PolicyVersion, type ShippedPolicyVersion } from './policy-in-force.ts';

// What TypeScript infers of a JSON file is wider than its schema (string for a literal); a test checks each file against it.
/** The review policy as shipped, oldest first. */
export const REVIEW_POLICIES = [review20180101, review20240328] as unknown as readonly ShippedPolicyVersion<ReviewPolicy>[];
/** The matching policy as shipped, oldest first. */
export const MATCHING_POLICIES = [matching20180101] as unknown as readonly ShippedPolicyVersion<MatchingPolicy>[];

/** Every policy of the hub: its key in the configuration, its schema, the versions it is seeded with. */
export const POLICIES: readonly { key: string; title: { zh: string; en: string }; schema: TSchema; versions: readonly ShippedPolicyVersion<unknown>[] }[] = [
  { key: 'matching', title: { zh: '匹配与重复规则', en: 'Matching and duplicates' }, schema: MatchingPolicy, versions: MATCHING_POLICIES },
  { key: 'review', title: { zh: '审批政策', en: 'Review policy' }, schema: ReviewPolicy, versions: REVIEW_POLICIES },
];
