import { type Static, Type } from '@sinclair/typebox';
import { Outcome, REASON_CODES } from '../events/application-decided.ts';
import { RepaymentMethod, VehicleEnergy, VehicleKind, VehicleUse } from '../events/application-received.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable, Protected } from '../events/fields.ts';

/** Where a case stands (design.md §6). */
export const ReviewStatus = Type.Union((['RECEIVED', 'BUREAU_PENDING', 'APPROVED', 'REFERRED', 'DECLINED'] as const).map((status) => Type.Literal(status)));
export type ReviewStatus = Static<typeof ReviewStatus>;

export const Reason = Type.Object({ code: Type.Union(REASON_CODES.map((code) => Type.Literal(code))), detail: Type.String() });
export type Reason = Static<typeof Reason>;

/** What the rules need of an application. */
export const ApplicationFacts = Type.Object({
  personId: Id(),
  partnerId: Id(),
  product: Type.String(),
  receivedAt: Instant(),
  birthDate: BusinessDate(),
  region: Type.String({ description: 'six digits, of the address' }),
  monthlyIncomeFen: Fen(),
  monthlyDebtFen: Fen(),
  consents: Type.Array(Type.String({ description: 'purpose' })),
  kind: VehicleKind,
  use: VehicleUse,
  energy: VehicleEnergy,
  priceFen: Fen(),
  listPriceFen: Nullable(Fen()),
  valuationFen: Nullable(Fen()),
  firstRegistered: Nullable(BusinessDate()),
  amountFen: Fen(),
  termMonths: Type.Integer({ minimum: 1 }),
  method: RepaymentMethod,
  addOnPriceFen: Fen({ description: 'all add-ons together' }),
  addOnFinancedFen: Fen(),
});
export type ApplicationFacts = Static<typeof ApplicationFacts>;

/** What the rules need of matching. */
export const MatchFacts = Type.Object({ duplicateOf: Nullable(Id()), priorApplications: Type.Integer({ minimum: 0 }), blacklist: Nullable(Type.String({ description: 'the list' })) });
export type MatchFacts = Static<typeof MatchFacts>;

/** What the rules need of a bureau's answer. */
export const ReportFacts = Type.Object({
  outcome: Type.Union([Type.Literal('report'), Type.Literal('no-file'), Type.Literal('rejected')]),
  rejectionCode: Nullable(Type.String()),
  score: Nullable(Type.Integer()),
  currentDaysPastDue: Nullable(Type.Integer({ minimum: 0 })),
  maxDaysPastDue24Months: Nullable(Type.Integer({ minimum: 0 })),
  timesOverdue24Months: Nullable(Type.Integer({ minimum: 0 })),
  monthlyPaymentFen: Nullable(Fen()),
  enquiries3Months: Nullable(Type.Integer({ minimum: 0 })),
});
export type ReportFacts = Static<typeof ReportFacts>;

export const Decision = Type.Object({
  outcome: Outcome,
  amountFen: Fen({ description: '0 unless approved' }),
  annualRate: Nullable(AnnualRate()),
  reasons: Type.Array(Reason),
  policyVersion: Type.String(),
  decidedAt: Instant(),
});

/** One application under review: what is known of it so far, where it stands, how it ended. Keyed by applicationId. */
export const ReviewCase = Type.Object({
  applicationId: Id(),
  status: ReviewStatus,
  businessDate: BusinessDate(),
  policyVersion: Type.String({ description: 'fixed when the case begins; a policy published later does not touch it' }),
  application: Nullable(ApplicationFacts),
  match: Nullable(MatchFacts),
  report: Nullable(ReportFacts),
  enquiry: Nullable(
    Type.Object({
      subject: Type.Object({ name: Protected(), idNo: Protected(), mobile: Protected() }),
      consent: Nullable(Type.Object({ purpose: Type.String(), version: Type.String(), at: Instant() })),
    }, { description: 'what an enquiry needs, kept until it is made or the case is decided' }),
  ),
  reportRequestId: Nullable(Id()),
  decision: Nullable(Decision),
  history: Type.Array(Type.Object({ status: ReviewStatus, at: Instant() })),
});
export type ReviewCase = Static<typeof ReviewCase>;
