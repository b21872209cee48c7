import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import type { Dictionary } from './definitions.ts';

/** The dictionary with the names of the partners this person may see, which the hub knows from their registration. */
export async function withPartnerNames(
  context: HubContext,
  user: ConsoleUser,
  dictionary: Dictionary,
): Promise<Dictionary> {
  const { rows } = await context.postgres.query<{ partner_id: string; name: string }>(
    'SELECT partner_id, name FROM intake.partner WHERE $1::text[] IS NULL OR partner_id = ANY($1)',
    [user.partners],
  );
  const names = Object.fromEntries(rows.map((row) => [row.partner_id, row.name]));
  return { zh: { ...names, ...dictionary.zh }, en: { ...names, ...dictionary.en } };
}
