import { type BureauKind, creditReportReceived, creditReportRequested } from '../../models/events/index.ts';
import { businessDateOf } from '../../models/reference/dates.ts';
import type { CallLimits, CallResult, Effect } from '../../platform/streaming/effect-runtime/index.ts';
import { PoisonError, RejectedError, RetriableError } from '../contract.ts';
import { type Bureau, type BureauAdapter, type Inquiry, NOTHING_KNOWN } from './bureau.ts';
import { consentProblem } from './consent.ts';
import type { ReportCommand, ReportReceived, RevealSubject } from './credit-report.ts';
import type { EnquiryRegister } from './enquiry-register.ts';
import { personErased } from './reveal-batcher.ts';
import { costFenOf, reusableSince, type TermsAt } from './terms.ts';

export interface BureauEffectOptions {
  adapter: Pick<BureauAdapter, 'bureau' | 'kind' | 'purposes'>;
  connection: Pick<Bureau, 'inquire'>;
  register: EnquiryRegister;
  terms: TermsAt;
  reveal: RevealSubject;
  limits: CallLimits;
  consentDays: number;
  /** Commands this worker deals with; by default those for its bureau. */
  accepts?: (command: ReportCommand) => boolean;
  /** Another bureau's worker dead-letters what cannot be read. */
  passesUnreadableOver?: boolean;
}

/** Name of the effect of a bureau: its consumer group and `dlq_step`. */
export function bureauEffectName(bureau: string): string {
  return `bureaus.${bureau}`;
}

/**
 * The effect that asks one bureau: `review.credit-report-requested` in, `bureaus.credit-report-received` out. Without consent nobody is
 * asked. A report of the same person that is recent enough is used again. Whatever is answered is in the register before it is an event,
 * so that a repeated command has the same answer.
 */
export function bureauEffect(
  options: BureauEffectOptions,
): Effect<typeof creditReportRequested.data, typeof creditReportReceived.data> {
  const { adapter, register, terms, consentDays } = options;
  const { bureau, kind, purposes } = adapter;
  return {
    name: bureauEffectName(bureau),
    reads: creditReportRequested,
    emits: creditReportReceived,
    source: `/connectors/bureaus/${bureau}`,
    limits: options.limits,
    accepts: options.accepts ?? ((command) => command.bureau === bureau),
    passesUnreadableOver: options.passesUnreadableOver,
    perform: async (command, call) => {
      if (command.bureau !== bureau)
        throw new PoisonError(
          'UNKNOWN_BUREAU',
          `no adapter is configured for the bureau ${JSON.stringify(command.bureau)}`,
        );
      if (command.kind !== undefined && command.kind !== kind)
        throw new PoisonError('WRONG_KIND', `the bureau ${bureau} gives no ${command.kind}`);
      const problem = consentProblem(command, purposes, consentDays);
      // The case must go on: the review hears that nobody was asked.
      if (problem !== undefined)
        throw new RejectedError(problem.code, problem.detail, { answeredAt: command.requestedAt });
      const begun = await register.begin(
        command,
        reusableSince(command.requestedAt, terms(businessDateOf(command.requestedAt)).reuseDays),
      );
      switch (begun.step) {
        case 'answered':
          return settled(begun.answer);
        case 'reuse':
          return settled(await register.finish(reusedReport(command, begun.answer), false));
        case 'busy':
          throw new RetriableError('ENQUIRY_UNDER_WAY', 'another enquiry about this person is on its way', {
            countsTowardBreaker: false,
          });
        case 'erased':
          throw personErased();
        case 'call':
          return { ...settled(await askedFor(options, command, begun.calls, call)), reached: true };
      }
    },
    // Refused here, for want of consent; what the bureau refuses is an answer like any other.
    rejected: (command, error) => settled(rejection(command, kind, error)),
  };
}

/** Asks the bureau and keeps its answer. The claim on the person stays with a command that is to be tried again, and ends with one that is not. */
async function askedFor(
  { adapter, connection, register, terms, reveal }: BureauEffectOptions,
  command: ReportCommand,
  calls: number,
  call: Pick<Inquiry, 'traceparent' | 'signal'>,
): Promise<ReportReceived> {
  const { kind } = adapter;
  try {
    const subject = await reveal(command);
    const since = performance.now();
    const answer = await connection
      .inquire({
        requestId: command.reportRequestId,
        subject,
        consent: command.consent,
        traceparent: call.traceparent,
        signal: call.signal,
      })
      .catch((error: unknown) => {
        if (error instanceof RejectedError) return error;
        throw error;
      });
    const known: ReportReceived =
      answer instanceof RejectedError
        ? rejection(command, kind, answer)
        : {
            ...commonOf(command, kind),
            ...answer,
            rejection: null,
            reused: false,
            reusedFrom: null,
            reportedAt: answer.answeredAt,
            costFen: 0,
            calls: 0,
            callMs: null,
          };
    const costFen = costFenOf(terms(businessDateOf(known.answeredAt)), known.outcome);
    return await register.finish(
      { ...known, costFen, calls, callMs: Math.round(performance.now() - since) },
      known.outcome !== 'rejected',
    );
  } catch (error) {
    if (!(error instanceof RetriableError)) await register.release(command);
    throw error;
  }
}

/** The answer to a command by the report of an earlier one. Dated by the request, unless the report came after it. Pure. */
export function reusedReport(command: ReportCommand, original: ReportReceived): ReportReceived {
  const { kind, reportRequestId, reportedAt, answeredAt } = original;
  const later = Date.parse(answeredAt) > Date.parse(command.requestedAt) ? answeredAt : command.requestedAt;
  return {
    ...original,
    ...commonOf(command, kind ?? command.kind),
    reused: true,
    reusedFrom: reportRequestId,
    reportedAt: reportedAt ?? answeredAt,
    costFen: 0,
    chargedFen: null,
    calls: 0,
    callMs: null,
    answeredAt: later,
  };
}

function rejection(command: ReportCommand, kind: BureauKind, error: RejectedError): ReportReceived {
  const answeredAt = error.answeredAt ?? command.requestedAt;
  return {
    ...commonOf(command, kind),
    ...NOTHING_KNOWN,
    outcome: 'rejected',
    rejection: { code: error.code, detail: error.message },
    reused: false,
    reusedFrom: null,
    reportedAt: null,
    costFen: 0,
    calls: 0,
    callMs: null,
    answeredAt,
  };
}

function settled(data: ReportReceived): CallResult<ReportReceived> {
  return { time: data.answeredAt, data, reached: false };
}

function commonOf(
  command: ReportCommand,
  kind: BureauKind | undefined,
): Pick<
  ReportReceived,
  'reportRequestId' | 'applicationId' | 'personId' | 'businessDate' | 'requestedAmountFen' | 'bureau' | 'kind'
> {
  const { reportRequestId, applicationId, personId, businessDate, requestedAmountFen, bureau } = command;
  return { reportRequestId, applicationId, personId, businessDate, requestedAmountFen, bureau, kind };
}
