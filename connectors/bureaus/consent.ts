import type { DataOf, creditReportRequested } from '../../models/events/index.ts';

/** The purpose a person must have consented to before a bureau may be asked (domain.md §7). */
export const CONSENT_PURPOSE = 'credit-report';

const DAY_MS = 86_400_000;

/**
 * Why the consent of a command does not cover the enquiry, undefined when it does: right purpose, a version on record, given
 * before the request and not longer ago than `days`. Pure.
 */
export function consentProblem(command: Pick<DataOf<typeof creditReportRequested>, 'consent' | 'requestedAt'>, days: number): { code: string; detail: string } | undefined {
  const { consent, requestedAt } = command;
  const age = Date.parse(requestedAt) - Date.parse(consent.at);
  if (consent.purpose !== CONSENT_PURPOSE) return { code: 'CONSENT_MISSING', detail: `the consent is for ${JSON.stringify(consent.purpose)}, not for ${CONSENT_PURPOSE}` };
  if (consent.version === '') return { code: 'CONSENT_MISSING', detail: 'the consent names no version of its text' };
  if (!(age >= 0)) return { code: 'CONSENT_MISSING', detail: 'the consent was given after the request' };
  if (age > days * DAY_MS) return { code: 'CONSENT_EXPIRED', detail: `the consent is older than ${days} days` };
  return undefined;
}
