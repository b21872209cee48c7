import type { EventDefinition } from './define-event.ts';
import { applicantMatched } from './applicant-matched.ts';
import { applicationDecided } from './application-decided.ts';
import { applicationReceived } from './application-received.ts';
import { callbackCompleted } from './callback-completed.ts';
import { attachmentReceived } from './attachment-received.ts';
import { creditReportReceived } from './credit-report-received.ts';
import { creditReportRequested } from './credit-report-requested.ts';
import { loanPerformanceObserved } from './loan-performance-observed.ts';
import { referralDecided } from './referral-decided.ts';
import { taskChanged } from './task-changed.ts';
import { taskCommanded } from './task-commanded.ts';

export {
  applicantMatched,
  applicationDecided,
  applicationReceived,
  attachmentReceived,
  callbackCompleted,
  creditReportReceived,
  creditReportRequested,
  loanPerformanceObserved,
  referralDecided,
  taskChanged,
  taskCommanded,
};
export { ASSET_CLASSES, BureauKind, CreditSummary, FIRST_BUREAU_KIND, FraudListing } from './bureau-report.ts';
export type { DataOf, EventDefinition } from './define-event.ts';

/** Every event type of the hub, in the order of the flow. */
export const EVENTS = [
  applicationReceived,
  attachmentReceived,
  applicantMatched,
  creditReportRequested,
  creditReportReceived,
  applicationDecided,
  taskCommanded,
  taskChanged,
  referralDecided,
  loanPerformanceObserved,
  callbackCompleted,
] as unknown as readonly EventDefinition[];

/** Finds an event type by its name; undefined when the hub does not know it. */
export function eventDefinition(type: string): EventDefinition | undefined {
  return EVENTS.find((definition) => definition.type === type);
}
