import type { EventDefinition } from './define-event.ts';
import { applicantMatched } from './applicant-matched.ts';
import { applicationDecided } from './application-decided.ts';
import { applicationReceived } from './application-received.ts';
import { callbackCompleted } from './callback-completed.ts';
import { attachmentReceived } from './attachment-received.ts';
import { creditReportReceived } from './credit-report-received.ts';
import { creditReportRequested } from './credit-report-requested.ts';

export { applicantMatched, applicationDecided, applicationReceived, attachmentReceived, creditReportReceived, creditReportRequested };
export { callbackCompleted };
export type { DataOf, EventDefinition } from './define-event.ts';

/** Every event type of the hub, in the order of the flow. */
export const EVENTS = [
  applicationReceived,
  attachmentReceived,
  applicantMatched,
  creditReportRequested,
  creditReportReceived,
  applicationDecided,
  callbackCompleted,
] as unknown as readonly EventDefinition[];

/** Finds an event type by its name; undefined when the hub does not know it. */
export function eventDefinition(type: string): EventDefinition | undefined {
  return EVENTS.find((definition) => definition.type === type);
}
