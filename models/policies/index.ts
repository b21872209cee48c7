import type { TSchema } from '@sinclair/typebox';
import bureaus20180101 from './bureaus/2018-01-01.json' with { type: 'json' };
import matching20180101 from './matching/2018-01-01.json' with { type: 'json' };
import { BureausPolicy, checkBureausPolicy } from './bureaus-policy.ts';
import { MatchingPolicy } from './matching-policy.ts';
import type { ShippedPolicyVersion } from './policy-in-force.ts';
import { checkProductPolicy } from './check-product-policy.ts';
import { ProductPolicy } from './product-policy.ts';
import products20180101 from './products/2018-01-01.json' with { type: 'json' };
import review20180101 from './review/2018-01-01.json' with { type: 'json' };
import review20240328 from './review/2024-03-28.json' with { type: 'json' };
import review20261101 from './review/2026-11-01.json' with { type: 'json' };
import { checkReviewPolicy } from './check-review-policy.ts';
import type { PolicyFlaw } from './policy-flaw.ts';
import { ReviewPolicy, type ReviewRules, TASKS_BEFORE } from './review-policy.ts';

export { BureausPolicy, MatchingPolicy, ProductPolicy, ReviewPolicy, type ReviewRules, TASKS_BEFORE };
export type { LoanPrice, LoanProduct } from './product-policy.ts';
export { checkReviewPolicy } from './check-review-policy.ts';
export { rulesFor, type ScopedRules } from './policy-scope.ts';
export { policyInForce, PolicyMissing, type PolicyVersion } from './policy-in-force.ts';

// What TypeScript infers of a JSON file is wider than its schema (string for a literal); a test checks each file against it.
/** The review policy as shipped, oldest first. */
export const REVIEW_POLICIES = [
  review20180101,
  review20240328,
  review20261101,
] as unknown as readonly ShippedPolicyVersion<ReviewPolicy>[];
/** The matching policy as shipped, oldest first. */
export const MATCHING_POLICIES = [matching20180101] as unknown as readonly ShippedPolicyVersion<MatchingPolicy>[];
/** Products and prices as shipped, oldest first. */
export const PRODUCT_POLICIES = [products20180101] as unknown as readonly ShippedPolicyVersion<ProductPolicy>[];
/** The terms of the bureaus as shipped, oldest first. */
export const BUREAUS_POLICIES = [bureaus20180101] as unknown as readonly ShippedPolicyVersion<BureausPolicy>[];

export interface PolicyDefinition {
  /** Its key in the configuration. */
  readonly key: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly schema: TSchema;
  /** What the schema cannot say, of a value that fits it. */
  check(value: unknown): PolicyFlaw[];
  /** What it is seeded with. */
  readonly versions: readonly ShippedPolicyVersion<unknown>[];
}

/** Every policy of the hub. */
export const POLICIES: readonly PolicyDefinition[] = [
  {
    key: 'bureaus',
    title: { zh: '征信机构：价格与复用', en: 'Bureaus: prices and reuse' },
    schema: BureausPolicy,
    check: (value) => checkBureausPolicy(value as BureausPolicy),
    versions: BUREAUS_POLICIES,
  },
  {
    key: 'matching',
    title: { zh: '匹配与重复规则', en: 'Matching and duplicates' },
    schema: MatchingPolicy,
    check: () => [],
    versions: MATCHING_POLICIES,
  },
  {
    key: 'products',
    title: { zh: '产品与定价', en: 'Products and prices' },
    schema: ProductPolicy,
    check: (value) => checkProductPolicy(value as ProductPolicy),
    versions: PRODUCT_POLICIES,
  },
  {
    key: 'review',
    title: { zh: '审批政策', en: 'Review policy' },
    schema: ReviewPolicy,
    check: (value) => checkReviewPolicy(value as ReviewPolicy),
    versions: REVIEW_POLICIES,
  },
];
