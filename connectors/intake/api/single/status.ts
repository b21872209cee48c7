import { type ApplicationStatus, applicationStatus } from '../../../../models/state/application-status.ts';
import type { ReviewCase } from '../../../../models/state/review-case.ts';
import type { HubContext } from '../../../../platform/kernel/hub-context.ts';

/** Where an application stands, as its partner sees it (docs/architecture.md §6, contract). */
export interface StatusAnswer {
  applicationId: string;
  partnerOrderNo: string;
  status: ApplicationStatus;
  receivedAt: string;
  decision: {
    outcome: string;
    amountFen: number;
    annualRate: string | null;
    termMonths: number | null;
    reasons: { code: string; detail: string }[];
    policyVersion: string;
    decidedAt: string;
  } | null;
  history: { status: string; at: string }[];
}

interface Row {
  application_id: string;
  partner_order_no: string;
  received_at: Date;
  state: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The status of one application of this partner: the row of its acceptance and, once the review has begun, its case. Undefined when there is
 * none by this id or it is another partner's.
 */
export async function readStatus(
  postgres: HubContext['postgres'],
  partnerId: string,
  applicationId: string,
): Promise<StatusAnswer | undefined> {
  if (!UUID.test(applicationId)) return undefined;
  const { rows } = await postgres.query<Row>({
    name: 'application-status',
    text: `SELECT a.application_id, a.partner_order_no, a.received_at, r.state::text AS state
           FROM intake.accepted a LEFT JOIN state.review r ON r.key = a.application_id::text
           WHERE a.application_id = $1 AND a.partner_id = $2`,
    values: [applicationId, partnerId],
  });
  return rows[0] && statusOf(rows[0]);
}

const RECEIVED = applicationStatus(undefined, false);

function statusOf(row: Row): StatusAnswer {
  const received = { status: RECEIVED, at: row.received_at.toISOString() };
  const head = { applicationId: row.application_id, partnerOrderNo: row.partner_order_no, receivedAt: received.at };
  if (row.state === null) return { ...head, status: received.status, decision: null, history: [received] };
  const { status, decision, history } = JSON.parse(row.state) as ReviewCase;
  const later = history
    .filter((entry) => entry.status !== RECEIVED)
    .map(({ status: at, at: when }) => ({ status: at, at: when }));
  return {
    ...head,
    status,
    decision:
      decision === null
        ? null
        : {
            outcome: decision.outcome,
            amountFen: decision.amountFen,
            annualRate: decision.annualRate,
            // Cases decided before terms were granted have none.
            termMonths: decision.termMonths ?? null,
            reasons: decision.reasons.map(({ code, detail }) => ({ code, detail })),
            policyVersion: decision.policyVersion,
            decidedAt: decision.decidedAt,
          },
    history: [received, ...later],
  };
}
