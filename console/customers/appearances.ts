import type { Pool } from 'pg';
import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { objectsOf, queryWarehouse } from '../../platform/edge/warehouse-query/index.ts';

/** A person in an application. */
export interface Appearance {
  personId: string;
  applicationId: string;
  role: 'applicant' | 'guarantor';
  mobileHash: string;
  /** RFC 3339. */
  receivedAt: string;
}

export interface Traces {
  personId: string;
  /** The person's key is gone: nothing but figures is shown. */
  erased: boolean;
  /** Newest first. What came before an erasure is not told of a person who came again. */
  appearances: Appearance[];
}

/** Where these persons appear, as this user may see it; those who appear nowhere are left out. */
export async function tracesOf(
  context: HubContext,
  user: Pick<ConsoleUser, 'partners'>,
  personIds: readonly string[],
): Promise<Traces[]> {
  if (personIds.length === 0) return [];
  const sql = `SELECT person_id AS "personId", application_id AS "applicationId", role, mobile_hash AS "mobileHash", formatDateTime(received_at, '%Y-%m-%dT%H:%i:%S.%f+08:00', 'Asia/Shanghai') AS "receivedAt"
    FROM fct_person_application WHERE person_id IN {persons:Array(String)} ORDER BY received_at DESC, application_id`;
  const [result, standings] = await Promise.all([
    queryWarehouse(context, { sql, params: { persons: personIds } }, { partners: user.partners }),
    standingsOf(context.postgres, personIds),
  ]);
  const rows = objectsOf<Appearance>(result);
  return personIds.flatMap((personId) => {
    const { readable, erasedAt } = standings.get(personId)!;
    const appearances = rows.filter(
      (row) =>
        row.personId === personId &&
        (!readable || erasedAt === null || Date.parse(row.receivedAt) > erasedAt.getTime()),
    );
    return appearances.length === 0 ? [] : [{ personId, erased: !readable, appearances }];
  });
}

/** Whether a person can be read, and when it was last erased. */
async function standingsOf(
  postgres: Pool,
  personIds: readonly string[],
): Promise<Map<string, { readable: boolean; erasedAt: Date | null }>> {
  const { rows } = await postgres.query<{ person_id: string; readable: boolean; erased_at: Date | null }>(
    `SELECT p.person_id, k.person_id IS NOT NULL AS readable, (SELECT max(a.at) FROM hub.audit a WHERE a.subject = p.person_id AND a.action = 'person.erase' AND (a.before ->> 'key')::boolean) AS erased_at
     FROM unnest($1::text[]) AS p(person_id) LEFT JOIN hub.person_key k ON k.person_id = p.person_id COLLATE "C"`,
    [personIds],
  );
  return new Map(rows.map((row) => [row.person_id, { readable: row.readable, erasedAt: row.erased_at }]));
}
