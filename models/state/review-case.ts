import { type Static, Type } from '@sinclair/typebox';
import { Outcome, PolicyArm, REASON_CODES } from '../events/application-decided.ts';
import { RepaymentMethod, VehicleEnergy, VehicleKind, VehicleUse } from '../events/application-received.ts';
import { RepaymentHistory } from '../events/repayment-history.ts';
import { ASSET_CLASSES, BureauKind, LISTING_LEVELS } from '../events/bureau-report.ts';
import { APPLICATION_STATUSES } from './application-status.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable, Protected } from '../events/fields.ts';

export const ReviewStatus = Type.Union(APPLICATION_STATUSES.map((status) => Type.Literal(status)));
export type ReviewStatus = Static<typeof ReviewStatus>;

export const Reason = Type.Object({
  code: Type.Union(REASON_CODES.map((code) => Type.Literal(code))),
  detail: Type.String(),
});
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
export const MatchFacts = Type.Object({
  duplicateOf: Nullable(Id()),
  priorApplications: Type.Integer({ minimum: 0 }),
  blacklist: Nullable(Type.String({ description: 'the list' })),
  repayment: Type.Optional(RepaymentHistory),
});
export type MatchFacts = Static<typeof MatchFacts>;

/** What the rules need of a bureau's answer, or of all answers together. What is optional came later: cases begun before are without. */
export const ReportFacts = Type.Object({
  outcome: Type.Union([Type.Literal('report'), Type.Literal('no-file'), Type.Literal('rejected')]),
  rejectionCode: Nullable(Type.String()),
  score: Nullable(Type.Integer()),
  currentDaysPastDue: Nullable(Type.Integer({ minimum: 0 })),
  maxDaysPastDue24Months: Nullable(Type.Integer({ minimum: 0 })),
  timesOverdue24Months: Nullable(Type.Integer({ minimum: 0 })),
  monthlyPaymentFen: Nullable(Fen()),
  enquiries3Months: Nullable(Type.Integer({ minimum: 0 })),
  listing: Type.Optional(
    Type.Union(
      LISTING_LEVELS.map((level) => Type.Literal(level)),
      { description: 'worst level on a fraud list' },
    ),
  ),
  lists: Type.Optional(Type.Array(Type.String({ description: 'fraud lists the person is on' }))),
  assetClass: Type.Optional(
    Type.Union(
      ASSET_CLASSES.map((name) => Type.Literal(name)),
      { description: 'worst of the open accounts' },
    ),
  ),
  badDebts: Type.Optional(Type.Integer({ minimum: 0 })),
  recourse: Type.Optional(Type.Integer({ minimum: 0 })),
  enforcements: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type ReportFacts = Static<typeof ReportFacts>;

/** One enquiry of a case. */
export const Enquiry = Type.Object({ reportRequestId: Id(), bureau: Id(), kind: BureauKind });
export type Enquiry = Static<typeof Enquiry>;

/** What became of an enquiry. */
export const BureauReport = Type.Object({ reportRequestId: Id(), facts: ReportFacts });
export type BureauReport = Static<typeof BureauReport>;

export const Decision = Type.Object({
  outcome: Outcome,
  amountFen: Fen({ description: '0 unless approved' }),
  annualRate: Nullable(AnnualRate()),
  termMonths: Type.Optional(Type.Integer({ minimum: 1, description: 'as granted, else as asked for' })),
  reasons: Type.Array(Reason),
  policyVersion: Type.String(),
  decidedBy: Type.Optional(Id('the person who decided a referred case')),
  decidedAt: Instant(),
});

const Consent = Type.Object({ purpose: Type.String(), version: Type.String(), at: Instant() });

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
    Type.Object(
      {
        subject: Type.Object({ name: Protected(), idNo: Protected(), mobile: Protected() }),
        consent: Type.Optional(Nullable(Consent)),
        consents: Type.Optional(
          Type.Array(Consent, {
            description:
              'the last one of each purpose; a case begun before there were several bureaus has the one of its bureau',
          }),
        ),
      },
      { description: 'what an enquiry needs, kept until it is made or the case is decided' },
    ),
  ),
  reportRequestId: Nullable(Id('of the first enquiry')),
  arm: Type.Optional(PolicyArm),
  scope: Type.Optional(Type.Array(Type.String(), { description: 'changes of the policy that apply' })),
  enquiries: Type.Optional(
    Type.Array(Enquiry, { description: 'made; before there were several bureaus: the one of reportRequestId' }),
  ),
  reports: Type.Optional(
    Type.Array(BureauReport, { description: 'answers so far; `report` is what they say together once all are there' }),
  ),
  decision: Nullable(Decision),
  ruling: Type.Optional(
    Type.Union([Decision, Type.Null()], { description: 'what the rules said, once a person has decided after them' }),
  ),
  history: Type.Array(Type.Object({ status: ReviewStatus, at: Instant() })),
});
export type ReviewCase = Static<typeof ReviewCase>;
