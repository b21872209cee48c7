import type { ReviewPolicy } from '../../models/policies/index.ts';
import { above, type Ratio, ratio } from './exact.ts';

export type Product = ReviewPolicy['products'][number] & { tooDear: boolean };
export type LtvCap = ReviewPolicy['ltv']['caps'][number] & { ratio: Ratio };

/** A policy with its ratios read and its tables keyed; made once per version. */
export interface PolicyIndex {
  readonly policy: ReviewPolicy;
  readonly product: ReadonlyMap<string, Product>;
  /** by `kind/use/energy` */
  readonly cap: ReadonlyMap<string, LtvCap>;
  readonly closedRegions: ReadonlySet<string>;
  readonly requiredConsents: readonly string[];
  readonly paymentToIncome: Ratio;
  readonly debtToIncome: Ratio;
  readonly addOnShare: Ratio;
  readonly addOnShareLarge: Ratio;
  readonly addOnLargeFrom: Ratio;
}

const indices = new WeakMap<ReviewPolicy, PolicyIndex>();

/** The index of a policy. Throws RangeError when a ratio in it is not a decimal. */
export function indexOf(policy: ReviewPolicy): PolicyIndex {
  const known = indices.get(policy);
  if (known !== undefined) return known;
  const ceiling = ratio(policy.rateCeiling.annualRate);
  const cap = new Map<string, LtvCap>();
  for (const entry of policy.ltv.caps) {
    for (const use of entry.use) for (const energy of entry.energy) cap.set(`${entry.kind}/${use}/${energy}`, { ...entry, ratio: ratio(entry.cap) });
  }
  const index: PolicyIndex = {
    policy,
    product: new Map(policy.products.map((product) => [product.code, { ...product, tooDear: above(ratio(product.annualRate), ceiling) }])),
    cap,
    closedRegions: new Set(policy.regions.closed),
    // An enquiry always needs its own consent, whatever else the policy asks for.
    requiredConsents: [...new Set([...policy.consent.requiredPurposes, policy.bureau.consentPurpose])],
    paymentToIncome: ratio(policy.affordability.paymentToIncome),
    debtToIncome: ratio(policy.affordability.debtToIncome),
    addOnShare: ratio(policy.addOns.maxShare),
    addOnShareLarge: ratio(policy.addOns.maxShareLarge),
    addOnLargeFrom: ratio(policy.addOns.largeFrom),
  };
  indices.set(policy, index);
  return index;
}
