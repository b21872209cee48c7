import type { MatchingPolicy } from '../../models/policies/index.ts';
import { addDays } from '../../models/reference/dates.ts';
import type { PersonHistory } from '../../models/state/person-history.ts';

export type RememberedApplication = PersonHistory['applications'][number];
type ListEntry = MatchingPolicy['blacklist'][number];

const lists = new WeakMap<MatchingPolicy, ReadonlyMap<string, ListEntry>>();

/** A policy's blacklist by subject and value; made once per version. */
function blacklistOf(policy: MatchingPolicy): ReadonlyMap<string, ListEntry> {
  let index = lists.get(policy);
  if (index === undefined) {
    const entries = new Map<string, ListEntry>();
    for (const entry of policy.blacklist)
      if (!entries.has(`${entry.subject} ${entry.value}`)) entries.set(`${entry.subject} ${entry.value}`, entry);
    lists.set(policy, (index = entries));
  }
  return index;
}

/** The first list hit of an applicant, looked up by person, ID number, mobile, VIN in this order; null without one. */
export function blacklistHit(
  policy: MatchingPolicy,
  who: { personId: string; idNoHash: string; mobileHash: string; vin: string },
): { list: string; reason: string } | null {
  const index = blacklistOf(policy);
  if (index.size === 0) return null;
  const hit =
    index.get(`person ${who.personId}`) ??
    index.get(`id-no ${who.idNoHash}`) ??
    index.get(`mobile ${who.mobileHash}`) ??
    index.get(`vin ${who.vin}`);
  return hit === undefined ? null : { list: hit.list, reason: hit.reason };
}

function within(date: string, other: string, days: number | null): boolean {
  return days !== null && other >= addDays(date, -days) && other <= addDays(date, days);
}

/**
 * The first remembered application this one repeats: the same car, or the same product, at most the policy's days apart (inclusive), at
 * whatever partner. Which of two is the repeat is decided by the order of arrival. Null when it repeats none.
 */
export function duplicateOf(
  policy: MatchingPolicy,
  earlier: readonly RememberedApplication[],
  application: RememberedApplication,
): string | null {
  for (const prior of earlier) {
    if (
      prior.vin === application.vin &&
      within(application.businessDate, prior.businessDate, policy.sameVehicleWindowDays)
    )
      return prior.applicationId;
    if (
      prior.product === application.product &&
      within(application.businessDate, prior.businessDate, policy.sameProductWindowDays)
    )
      return prior.applicationId;
  }
  return null;
}

/** The history with one more application, bounded by the policy in days (back from the newest) and in number (the last to arrive stay). */
export function remember(
  policy: MatchingPolicy,
  earlier: readonly RememberedApplication[],
  application: RememberedApplication,
): RememberedApplication[] {
  const all = [...earlier, application];
  if (all.length === 1) return all;
  let newest = application.businessDate;
  for (const { businessDate } of earlier) if (businessDate > newest) newest = businessDate;
  const oldest = addDays(newest, -policy.rememberDays);
  return all.filter(({ businessDate }) => businessDate >= oldest).slice(-policy.rememberCount);
}
