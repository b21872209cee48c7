import { type Static, Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { Rating } from '../scorecards/rating.ts';
import { AnnualRate, BusinessDate, Fen, Id, Instant, Nullable } from './fields.ts';

/** Reasons a case is referred or declined for (docs/architecture.md §6, contract). */
export const REASON_CODES = [
  'AGE_MIN',
  'AGE_AT_MATURITY',
  'LTV_CAP',
  'TENOR_CAP',
  'DTI_CAP',
  'RATE_CEILING',
  'REGION_CLOSED',
  'CAR_AGE',
  'BLACKLIST',
  'DUPLICATE_APPLICATION',
  'BUREAU_SCORE',
  'BUREAU_OVERDUE',
  'BUREAU_UNAVAILABLE',
  'CONSENT_MISSING',
  'SCORECARD',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export const Outcome = Type.Union([Type.Literal('APPROVED'), Type.Literal('REFERRED'), Type.Literal('DECLINED')]);

/** What every rule looked at and found, in the order of the rules. */
export const RuleTrace = Type.Array(
  Type.Object({
    rule: Type.String(),
    result: Type.Union([
      Type.Literal('pass'),
      Type.Literal('refer'),
      Type.Literal('decline'),
      Type.Literal('not-applicable'),
    ]),
    inputs: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
    limit: Nullable(Type.Union([Type.String(), Type.Number()])),
  }),
);

/** Who decides by which sections of a policy: a fixed share of the applications goes to the challenger, where there is one. */
export const PolicyArm = Type.Union([Type.Literal('champion'), Type.Literal('challenger')]);
export type PolicyArm = Static<typeof PolicyArm>;

/** The review came to an outcome; a referred one comes to a second, by a person. */
export const applicationDecided = defineEvent({
  type: 'review.application-decided',
  version: 2,
  title: { zh: '审批已决定', en: 'Application decided' },
  description: 'The outcome of a review with its reasons, the policy version in force and the trace of every rule.',
  data: Type.Object({
    applicationId: Id(),
    personId: Id(),
    partnerId: Id(),
    product: Type.String(),
    region: Type.String({ description: 'six-digit code of the applicant’s address' }),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen(),
    outcome: Outcome,
    amountFen: Fen({ description: 'approved amount, at most what was asked for; 0 unless approved' }),
    annualRate: Nullable(AnnualRate()),
    termMonths: Type.Integer({ minimum: 1 }),
    reasons: Type.Array(
      Type.Object({ code: Type.Union(REASON_CODES.map((code) => Type.Literal(code))), detail: Type.String() }),
    ),
    policyVersion: Type.String(),
    bureauScore: Nullable(Type.Integer()),
    receivedAt: Instant(),
    decidedAt: Instant(),
    trace: RuleTrace,
    // Since version 2.
    scope: Type.Optional(
      Type.Array(Type.String(), {
        description: 'names of the policy’s changes that applied, the least specific first',
      }),
    ),
    arm: Type.Optional(PolicyArm),
    rating: Type.Optional(Rating),
    decidedBy: Type.Optional(Id('the person who decided a referred case; absent: the rules did')),
    comment: Type.Optional(Type.String({ maxLength: 2000, description: 'why the person decided so' })),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
