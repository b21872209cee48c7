import type { DataOf, creditReportRequested } from '../../models/events/index.ts';

/** The purpose a person must have consented to before a bureau may be asked, unless the policy names another (docs/domain.md §7). */
export const CONSENT_PURPOSE = 'credit-report';

const DAY_MS = 86_400_000;

/**
 * Why the consent of a command does not cover the enquiry, undefined when it does: the purpose the policy asks for, which must be one
 * this bureau may be asked under; a version on record; given before the request and not longer ago than `days`. Pure.
 */
export function consentProblem(
  command: Pick<DataOf<typeof creditReportRequested>, 'consent' | 'requestedAt' | 'requiredPurpose'>,
  purposes: readonly string[],
  days: number,
): { code: string; detail: string } | undefined {
  const { consent, requestedAt, requiredPurpose = CONSENT_PURPOSE } = command;
  const age = Date.parse(requestedAt) - Date.parse(consent.at);
  if (!purposes.includes(requiredPurpose))
    return {
      code: 'CONSENT_MISSING',
      detail: `this bureau is not asked for the purpose ${JSON.stringify(requiredPurpose)}`,
    };
  if (consent.purpose !== requiredPurpose)
    return {
      code: 'CONSENT_MISSING',
      detail: `the consent is for ${JSON.stringify(consent.purpose)}, not for ${requiredPurpose}`,
    };
  if (consent.version === '') return { code: 'CONSENT_MISSING', detail: 'the consent names no version of its text' };
  if (!(age >= 0)) return { code: 'CONSENT_MISSING', detail: 'the consent was given after the request' };
  if (age > days * DAY_MS) return { code: 'CONSENT_EXPIRED', detail: `the consent is older than ${days} days` };
  return undefined;
}
