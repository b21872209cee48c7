import type { applicantMatched, applicationReceived, creditReportReceived, DataOf } from '../../models/events/index.ts';
import { policyInForce, REVIEW_POLICIES, type ReviewPolicy } from '../../models/policies/index.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import type { DecideContext } from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { reportRequestIdOf } from './bureau-facts.ts';
import { decideReview, type ReviewEvent } from './decide.ts';

/** Cases for the tests of the review: one that passes every rule, to be changed where a test needs it. */

type Received = DataOf<typeof applicationReceived>;
type Matched = DataOf<typeof applicantMatched>;
type Report = DataOf<typeof creditReportReceived>;

const secret = (mask: string) => ({ mask, hash: `hash of ${mask}`, cipher: `cipher of ${mask}` });

export interface Change {
  businessDate?: string;
  product?: string;
  applicant?: Partial<Received['applicant']>;
  vehicle?: Partial<Received['vehicle']>;
  request?: Partial<Received['request']>;
  match?: Partial<Matched>;
  report?: Partial<Report>;
}

const NOW = '2026-11-20T02:00:00.000Z';

function received({
  businessDate = '2026-11-20',
  product = 'NEW-ANNUITY',
  applicant,
  vehicle,
  request,
}: Change = {}): Received {
  return {
    applicationId: 'A1',
    personId: 'P1',
    partnerId: 'dealer-a',
    partnerOrderNo: 'D1',
    channel: 'api',
    contentDigest: '00',
    product,
    receivedAt: '2026-11-20T01:59:59.000Z',
    businessDate,
    applicant: {
      personId: 'P1',
      name: secret('张*'),
      idNo: secret('110105********002X'),
      mobile: secret('138****8000'),
      birthDate: '1990-05-10',
      sex: 'M',
      idRegion: '110105',
      monthlyIncomeFen: 1_500_000,
      monthlyDebtFen: 200_000,
      employer: null,
      address: { region: '110105', detail: null },
      consents: [{ purpose: 'credit-report', version: '2026-01', at: '2026-11-20T10:00:00+08:00' }],
      ...applicant,
    },
    guarantors: [],
    vehicle: {
      kind: 'new',
      use: 'own',
      energy: 'fuel',
      vin: 'LSVAA49J132012345',
      vinCheckDigitOk: true,
      priceFen: 20_000_000,
      listPriceFen: 21_000_000,
      valuationFen: null,
      firstRegistered: null,
      mileageKm: null,
      ...vehicle,
    },
    request: { amountFen: 14_000_000, termMonths: 36, method: 'ANNUITY', addOns: [], ...request },
    bankCard: null,
  };
}

export function events(change: Change = {}): ReviewEvent[] {
  const application = received(change);
  const { applicationId, personId, partnerId, businessDate } = application;
  const common = { applicationId, personId, businessDate, requestedAmountFen: application.request.amountFen };
  const matched: Matched = {
    ...common,
    partnerId,
    duplicateOf: null,
    priorApplications: [],
    blacklist: null,
    ...change.match,
  };
  const report: Report = {
    ...common,
    reportRequestId: reportRequestIdOf(applicationId),
    bureau: 'scoring',
    outcome: 'report',
    rejection: null,
    reportNo: 'R1',
    score: 700,
    overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 0, timesOverdue24Months: 0 },
    debt: { openAccounts: 1, balanceFen: 1_000_000, monthlyPaymentFen: 100_000 },
    enquiries3Months: 1,
    costFen: 500,
    answeredAt: '2026-11-20T02:00:01.000Z',
    ...change.report,
  };
  const envelope = { id: 'E', time: NOW, source: 'test' };
  return [
    { ...envelope, type: 'intake.application-received', data: application },
    { ...envelope, type: 'matching.applicant-matched', data: matched },
    { ...envelope, type: 'bureaus.credit-report-received', data: report },
  ];
}

/** The shipped versions of before there were several bureaus, a scorecard and counter-offers: one rule at a time is easier seen under them. */
export const FIRST_POLICIES = REVIEW_POLICIES.slice(0, 2);

/** The credit report and the fraud list beside the score, where a policy asks for them; `change` makes them what a test needs. */
export function furtherReports(
  change: { pboc?: Partial<Report>; fraud?: Partial<Report> } = {},
  application = received(),
): ReviewEvent[] {
  const { applicationId, personId, businessDate } = application;
  const common = {
    applicationId,
    personId,
    businessDate,
    requestedAmountFen: application.request.amountFen,
    rejection: null,
    score: null,
    overdue: null,
    debt: null,
    enquiries3Months: null,
    costFen: 100,
    answeredAt: NOW,
  };
  const summary: NonNullable<Report['summary']> = {
    accounts: {
      total: 3,
      open: 2,
      loans: 1,
      cards: 1,
      carLoans: 0,
      recourse: 0,
      openedLast6Months: 0,
      firstOpenedOn: '2015-01-01',
    },
    balances: { loanBalanceFen: 0, cardLimitFen: 0, cardUsedFen: 0, monthlyPaymentFen: 0, guaranteedFen: 0 },
    overdue: {
      accountsNow: 0,
      amountNowFen: 0,
      periodsNow: 0,
      maxPeriods24Months: 0,
      monthsOverdue24Months: 0,
      monthsOverdue60Months: 0,
      maxOverdue60MonthsFen: 0,
    },
    assetClass: 'normal',
    badDebts: 0,
    enquiries: { loans1Month: 0, cards1Month: 0, approvals3Months: 0, approvals6Months: 0 },
    publicRecords: { taxArrears: 0, civilJudgments: 0, enforcements: 0, penalties: 0, amountFen: 0 },
  };
  const pboc: Report = {
    ...common,
    reportRequestId: reportRequestIdOf(applicationId, 1),
    bureau: 'pboc',
    kind: 'credit-report',
    outcome: 'report',
    reportNo: 'P1',
    overdue: { currentDaysPastDue: 0, maxDaysPastDue24Months: 0, timesOverdue24Months: 0 },
    summary,
    ...change.pboc,
  };
  const fraud: Report = {
    ...common,
    reportRequestId: reportRequestIdOf(applicationId, 2),
    bureau: 'fraud',
    kind: 'fraud-list',
    outcome: 'report',
    reportNo: 'F1',
    listing: { level: 'none', hits: [] },
    ...change.fraud,
  };
  return [pboc, fraud].map((data) => ({
    id: 'E',
    time: NOW,
    source: 'test',
    type: 'bureaus.credit-report-received',
    data,
  }));
}

export function context(
  versions: readonly { version: string; effectiveFrom: string; value: ReviewPolicy }[] = FIRST_POLICIES,
): DecideContext<ReviewPolicy> {
  const policyAt = (date: string) => policyInForce(versions, date);
  return {
    policy: policyAt('2026-11-20'),
    policyAt,
    policyOf: (name) => versions.find(({ version }) => version === name),
    now: NOW,
  };
}

/** Runs events through one case; returns its state, everything emitted, and what was ignored. */
export function run(sequence: readonly ReviewEvent[], within = context(), state?: ReviewCase) {
  const emitted: { type: string; data: Record<string, unknown> }[] = [];
  const ignored: string[] = [];
  for (const event of sequence) {
    const step = decideReview(state, event, within);
    if (step.outcome === 'done') {
      state = step.state;
      for (const { definition, data } of step.events) emitted.push({ type: definition.type, data });
    } else ignored.push(step.reason);
  }
  return { state: state!, emitted, ignored };
}
