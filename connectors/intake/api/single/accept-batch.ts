import type { Pool } from 'pg';
import { businessDateOf } from '../../../../platform/kernel/clock.ts';
import type { PersonKey } from '../../../../platform/storage/privacy/index.ts';

/** An application ready to be stored: everything personal in it encrypted. */
export interface SealedApplication {
  applicationId: string;
  partnerOrderNo: string;
  channel: 'api' | 'batch';
  contentDigest: string;
  keys: readonly PersonKey[];
  amountFen: number;
  receivedAtMs: number;
  traceparent: string;
  raw: Buffer;
  /** JSON of the event's data. */
  event: string;
}

/** One request of a batch. */
export interface BatchEntry {
  partnerId: string;
  /** Undefined when an earlier attempt has used it up. */
  nonce: string | undefined;
  application: SealedApplication | undefined;
}

/** What became of a request; `accepted` also stands for a request without an application whose nonce was good. */
export type EntryOutcome =
  | { kind: 'accepted' }
  | { kind: 'duplicate'; contentDigest: string }
  | { kind: 'replayed' }
  | { kind: 'disabled' }
  | { kind: 'stale-key' };

const STATEMENT_MS = 10_000;
const ACCEPTED: EntryOutcome = { kind: 'accepted' };

/**
 * Stores a batch by one statement, all or nothing: when this resolves it is committed. Within one batch no nonce and no application may
 * come twice. Rejects with the error of the driver.
 */
export async function acceptBatch(pool: Pool, atMs: number, entries: readonly BatchEntry[]): Promise<EntryOutcome[]> {
  const nonces = { request: [] as number[], partner: [] as string[], nonce: [] as string[] };
  const keys = { request: [] as number[], person: [] as string[], wrapped: [] as Buffer[], fresh: [] as boolean[] };
  const applications: { request: number; partnerId: string; application: SealedApplication }[] = [];
  entries.forEach(({ partnerId, nonce, application }, request) => {
    if (nonce !== undefined) {
      nonces.request.push(request);
      nonces.partner.push(partnerId);
      nonces.nonce.push(nonce);
    }
    if (application === undefined) return;
    applications.push({ request, partnerId, application });
    for (const key of application.keys) {
      keys.request.push(request);
      keys.person.push(key.personId);
      keys.wrapped.push(key.wrapped);
      keys.fresh.push(!key.stored);
    }
  });
  const { bodies, eventLengths } = bodiesOf(applications.map(({ application }) => application));
  const column = <Value>(read: (application: SealedApplication) => Value): Value[] =>
    applications.map(({ application }) => read(application));
  const { rows } = await pool.query<{ request: number; outcome: EntryOutcome['kind']; digest: string | null }>({
    name: 'intake-accept',
    text: 'SELECT request, outcome, digest FROM intake.accept($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)',
    values: [
      new Date(atMs).toISOString(),
      plainArray(nonces.request),
      plainArray(nonces.partner),
      plainArray(nonces.nonce),
      plainArray(keys.request),
      plainArray(keys.person),
      Buffer.concat(keys.wrapped),
      plainArray(keys.fresh),
      plainArray(applications.map(({ request }) => request)),
      plainArray(column((application) => application.applicationId)),
      plainArray(applications.map(({ partnerId }) => partnerId)),
      column((application) => application.partnerOrderNo),
      plainArray(column((application) => application.channel)),
      plainArray(column((application) => application.contentDigest)),
      plainArray(column((application) => application.keys.map((key) => key.personId).join(' '))),
      plainArray(column((application) => application.amountFen)),
      plainArray(column((application) => businessDateOf(application.receivedAtMs))),
      plainArray(column((application) => new Date(application.receivedAtMs).toISOString())),
      plainArray(column((application) => application.traceparent)),
      plainArray(column((application) => application.raw.length)),
      plainArray(eventLengths),
      bodies,
    ],
    query_timeout: STATEMENT_MS,
  } as Parameters<typeof pool.query>[0] & object);
  const outcomes: EntryOutcome[] = entries.map(() => ACCEPTED);
  for (const { request, outcome, digest } of rows)
    outcomes[request] =
      outcome === 'duplicate' ? { kind: 'duplicate', contentDigest: digest as string } : { kind: outcome };
  return outcomes;
}

/** Raw ciphertext and event of each application one after the other, and how many bytes each event takes. */
function bodiesOf(applications: readonly SealedApplication[]): { bodies: Buffer; eventLengths: number[] } {
  // A UTF-16 unit takes three bytes at most.
  const bodies = Buffer.allocUnsafe(
    applications.reduce((sum, { raw, event }) => sum + raw.length + event.length * 3, 0),
  );
  let at = 0;
  const eventLengths = applications.map(({ raw, event }) => {
    bodies.set(raw, at);
    at += raw.length;
    const length = bodies.write(event, at, 'utf8');
    at += length;
    return length;
  });
  return { bodies: bodies.subarray(0, at), eventLengths };
}

/**
 * An array literal of values that need no escaping inside double quotes (numbers, booleans, ids, nonces, digests, instants): several
 * times cheaper than letting the driver look at every character.
 */
function plainArray(values: readonly (string | number | boolean)[]): string {
  return values.length === 0 ? '{}' : `{"${values.join('","')}"}`;
}
