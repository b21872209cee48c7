import type { Static, TObject } from '@sinclair/typebox';
import type { BureauKind, CreditSummary, FraudListing } from '../../models/events/index.ts';
import type { CallLimits } from '../../platform/streaming/effect-runtime/index.ts';
import type { CheckResult, Connector } from '../contract.ts';

/** One enquiry about one person, in plain text: lives in memory from here to the socket, and nowhere else. */
export interface Inquiry {
  /** Idempotency key: a bureau answers a repeat with the same report and charges once. */
  requestId: string;
  subject: { name: string; idNo: string; mobile: string };
  consent: { purpose: string; version: string; at: string };
  traceparent: string | undefined;
  signal: AbortSignal;
}

/** What a bureau knows of the person, in the hub's terms. Money in fen, instants RFC 3339; null: not told by this bureau. */
export interface BureauAnswer {
  outcome: 'report' | 'no-file';
  reportNo: string | null;
  score: number | null;
  overdue: { currentDaysPastDue: number; maxDaysPastDue24Months: number; timesOverdue24Months: number } | null;
  debt: { openAccounts: number; balanceFen: number; monthlyPaymentFen: number } | null;
  enquiries3Months: number | null;
  summary: CreditSummary | null;
  listing: FraudListing | null;
  /** What the bureau says it charges. */
  chargedFen: number | null;
  answeredAt: string;
}

/** An answer that tells nothing yet. */
export const NOTHING_KNOWN = {
  reportNo: null,
  score: null,
  overdue: null,
  debt: null,
  enquiries3Months: null,
  summary: null,
  listing: null,
  chargedFen: null,
} as const;

/** An open connection to a bureau. */
export interface Bureau {
  /** Throws RetriableError, RejectedError (the bureau refuses the enquiry) or PoisonError (its answer cannot be understood). */
  inquire(inquiry: Inquiry): Promise<BureauAnswer>;
  check(): Promise<CheckResult>;
  close(): Promise<void>;
}

/** One bureau the hub can ask. All bureaus share the events, the effect and the contract suite; an adapter brings its protocol. */
export interface BureauAdapter<Settings extends TObject = TObject> extends Connector<Settings> {
  /** The value of `bureau` in commands and reports. */
  bureau: string;
  kind: BureauKind;
  /** Purposes a person may have consented to for this enquiry; which one it needs, the policy says. */
  purposes: readonly string[];
  /** Calls at once, times, back-off towards this bureau. */
  limits(settings: Static<Settings>): CallLimits;
  /** Consents older than this on the day of the enquiry are not good any more. */
  consentDays(settings: Static<Settings>): number;
  open(settings: Static<Settings>): Bureau;
}
