import type { ClientBase, Pool } from 'pg';

/** Plain JSON of an audit entry: never a secret, never a person's data in plain text. */
export type AuditDetail = Readonly<Record<string, unknown>> | null;

export interface AuditEntry {
  /** Who acted: a console user, a partner, or the worker's name. */
  actor: string;
  /** `<thing>.<verb>` in kebab-case, `partner.disable`. */
  action: string;
  /** What was acted upon: its id. */
  subject: string;
  before: AuditDetail;
  after: AuditDetail;
}

/**
 * Writes one entry into hub.audit. Give it the client of the transaction that does the act, so that there is no act without its
 * record and no record of what was rolled back.
 */
export async function audit(postgres: Pool | ClientBase, entry: AuditEntry): Promise<void> {
  await auditAll(postgres, [entry]);
}

/** Writes many entries in one statement. */
export async function auditAll(postgres: Pool | ClientBase, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await postgres.query({
    name: 'audit-all',
    text: `INSERT INTO hub.audit (actor, action, subject, before, after)
           SELECT e.actor, e.action, e.subject, nullif(e.before, 'null'::jsonb), nullif(e.after, 'null'::jsonb)
           FROM jsonb_to_recordset($1::jsonb) AS e(actor text, action text, subject text, before jsonb, after jsonb)`,
    values: [JSON.stringify(entries)],
  });
}
