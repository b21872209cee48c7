import { creditReportReceived, creditReportRequested, type DataOf } from '../../models/events/index.ts';
import type { CallLimits, CallResult, Effect } from '../../platform/effect-runtime/index.ts';
import { PoisonError, RejectedError } from '../contract.ts';
import type { Bureau, Inquiry } from './bureau.ts';
import { consentProblem } from './consent.ts';

export type ReportCommand = DataOf<typeof creditReportRequested>;
type ReportReceived = DataOf<typeof creditReportReceived>;

/**
 * Opens the protected values of a person, for the moment of sending. Throws an error with `retriable` true while keys cannot
 * be read, and PoisonError when the person was erased.
 */
export type RevealSubject = (command: ReportCommand) => Promise<Inquiry['subject']>;

export interface BureauEffectOptions {
  bureau: string;
  connection: Bureau;
  reveal: RevealSubject;
  limits: CallLimits;
  consentDays: number;
  /** Commands this worker deals with; by default those for its bureau. */
  accepts?: (command: ReportCommand) => boolean;
}

/** Name of the effect of a bureau: its consumer group and `dlq_step`. */
export function bureauEffectName(bureau: string): string {
  return `bureaus.${bureau}`;
}

/** The effect that asks one bureau: `review.credit-report-requested` in, `bureaus.credit-report-received` out. */
export function bureauEffect(options: BureauEffectOptions): Effect<typeof creditReportRequested.data, typeof creditReportReceived.data> {
  const { bureau, connection, reveal, consentDays } = options;
  return {
    name: bureauEffectName(bureau),
    reads: creditReportRequested,
    emits: creditReportReceived,
    source: `/connectors/bureaus/${bureau}`,
    limits: options.limits,
    accepts: options.accepts ?? ((command) => command.bureau === bureau),
    perform: async (command, call) => {
      if (command.bureau !== bureau) throw new PoisonError('UNKNOWN_BUREAU', `no adapter is configured for the bureau ${JSON.stringify(command.bureau)}`);
      const problem = consentProblem(command, consentDays);
      // The case must go on: without consent nobody is asked, and the review hears that.
      if (problem !== undefined) throw new RejectedError(problem.code, problem.detail, { answeredAt: command.requestedAt });
      const subject = await reveal(command);
      const answer = await connection.inquire({
        requestId: command.reportRequestId,
        subject,
        consent: command.consent,
        traceparent: call.traceparent,
        signal: call.signal,
      });
      return { time: answer.answeredAt, data: { ...commonOf(command), ...answer, rejection: null } };
    },
    rejected: (command, error) => rejection(command, error),
  };
}

function rejection(command: ReportCommand, error: RejectedError): CallResult<ReportReceived> {
  const answeredAt = error.answeredAt ?? command.requestedAt;
  const nothing = { reportNo: null, score: null, overdue: null, debt: null, enquiries3Months: null, costFen: 0 };
  return { time: answeredAt, data: { ...commonOf(command), ...nothing, outcome: 'rejected', rejection: { code: error.code, detail: error.message }, answeredAt } };
}

function commonOf(command: ReportCommand): Pick<ReportReceived, 'reportRequestId' | 'applicationId' | 'personId' | 'businessDate' | 'requestedAmountFen' | 'bureau'> {
  const { reportRequestId, applicationId, personId, businessDate, requestedAmountFen, bureau } = command;
  return { reportRequestId, applicationId, personId, businessDate, requestedAmountFen, bureau };
}
