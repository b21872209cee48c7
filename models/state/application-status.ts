import type { Static } from '@sinclair/typebox';
import type { Outcome } from '../events/application-decided.ts';

/**
 * Where an application stands (docs/architecture.md §6), and where it may go from there: the one definition. The review keeps it in its case, the partner API
 * and the console show it; the warehouse keeps the outcome, and an application without one is pending.
 */
export const STATUS_TRANSITIONS = {
  RECEIVED: ['BUREAU_PENDING', 'APPROVED', 'REFERRED', 'DECLINED'],
  BUREAU_PENDING: ['APPROVED', 'REFERRED', 'DECLINED'],
  REFERRED: ['APPROVED', 'DECLINED'],
  APPROVED: [],
  DECLINED: [],
} as const satisfies Record<string, readonly string[]>;

export type ApplicationStatus = keyof typeof STATUS_TRANSITIONS;

export const APPLICATION_STATUSES = Object.keys(STATUS_TRANSITIONS) as ApplicationStatus[];

/** Whether no other status can follow. */
export function isFinal(status: ApplicationStatus): boolean {
  return STATUS_TRANSITIONS[status].length === 0;
}

/** The status by what has happened so far: the latest decision, else whether a bureau was asked. */
export function applicationStatus(
  outcome: Static<typeof Outcome> | undefined,
  isBureauAsked: boolean,
): ApplicationStatus {
  return outcome ?? (isBureauAsked ? 'BUREAU_PENDING' : 'RECEIVED');
}
