/**
 * One version of a policy: in force from its date (inclusive) until the next version's date (exclusive). A case keeps the version
 * it began under.
 */
export interface PolicyVersion<Policy> {
  /** names the version in decisions and logs */
  readonly version: string;
  /** first business date it applies to, `YYYY-MM-DD`, or that day's first instant in RFC 3339 */
  readonly effectiveFrom: string;
  readonly value: Policy;
}

/** A shipped version, with the reason it exists. */
export interface ShippedPolicyVersion<Policy> extends PolicyVersion<Policy> {
  readonly note: string;
}

/** No version covers the date, or a version is not known any more: the data must be put right. */
export class PolicyMissing extends Error {
  readonly code = 'POLICY_MISSING';
  readonly retriable = false;
}

/**
 * The version in force on a business date: the latest with `effectiveFrom` ≤ date; of two with the same date the later in the list,
 * which is the one published later. Both dates `YYYY-MM-DD`. Throws PolicyMissing when the date lies before the first version.
 */
export function policyInForce<Policy>(
  versions: readonly PolicyVersion<Policy>[],
  businessDate: string,
): PolicyVersion<Policy> {
  let found: PolicyVersion<Policy> | undefined;
  for (const version of versions) {
    if (version.effectiveFrom <= businessDate && (found === undefined || version.effectiveFrom >= found.effectiveFrom))
      found = version;
  }
  if (found === undefined) throw new PolicyMissing(`no policy version is in force on ${businessDate}`);
  return found;
}
