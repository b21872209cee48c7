import type { creditReportReceived, creditReportRequested, DataOf } from '../../models/events/index.ts';
import type { Inquiry } from './bureau.ts';

export type ReportCommand = DataOf<typeof creditReportRequested>;
export type ReportReceived = DataOf<typeof creditReportReceived>;

/**
 * Opens the protected values of a person, for the moment of sending. Throws an error with `retriable` true while keys cannot
 * be read, and PoisonError when the person was erased.
 */
export type RevealSubject = (command: ReportCommand) => Promise<Inquiry['subject']>;
