import type { ReviewRules } from '../../models/policies/index.ts';
import { above, type Ratio, ratio } from '../../models/numbers/exact.ts';

type Product = ReviewRules['products'][number] & { tooDear: boolean };
type LtvCap = ReviewRules['ltv']['caps'][number] & { ratio: Ratio };

/** The rules with their ratios read and their tables keyed; made once per version and scope. */
export interface PolicyIndex {
  readonly policy: ReviewRules;
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

const indices = new WeakMap<ReviewRules, PolicyIndex>();

/** The index of rules. Throws RangeError when a ratio in it is not a decimal. */
export function indexOf(policy: ReviewRules): PolicyIndex {
  const known = indices.get(policy);
  if (known !== undefined) return known;
  const ceiling = ratio(policy.rateCeiling.annualRate);
  const cap = new Map<string, LtvCap>();
  for (const entry of policy.ltv.caps) {
    for (const use of entry.use)
      for (const energy of entry.energy)
        cap.set(`${entry.kind}/${use}/${energy}`, { ...entry, ratio: ratio(entry.cap) });
  }
  const index: PolicyIndex = {
    policy,
    product: new Map(
      policy.products.map((product) => [
        product.code,
        { ...product, tooDear: above(ratio(product.annualRate), ceiling) },
      ]),
    ),
    cap,
    closedRegions: new Set(policy.regions.closed),
    // An enquiry always needs its own consent, whatever else the policy asks for.
    requiredConsents: [
      ...new Set([
        ...policy.consent.requiredPurposes,
        policy.bureau.consentPurpose,
        ...(policy.bureau.others ?? []).flatMap(({ consentPurpose }) => consentPurpose ?? []),
      ]),
    ],
    paymentToIncome: ratio(policy.affordability.paymentToIncome),
    debtToIncome: ratio(policy.affordability.debtToIncome),
    addOnShare: ratio(policy.addOns.maxShare),
    addOnShareLarge: ratio(policy.addOns.maxShareLarge),
    addOnLargeFrom: ratio(policy.addOns.largeFrom),
  };
  indices.set(policy, index);
  return index;
}
