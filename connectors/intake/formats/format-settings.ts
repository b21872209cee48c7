import { partnerFormatKey, type PartnerFormat } from '../../../models/forms/partner-format.ts';
import { audit } from '../../../platform/storage/audit/index.ts';
import { businessDateOf } from '../../../platform/kernel/clock.ts';
import { configVersion } from '../../../platform/storage/configuration/store.ts';
import { HubError, InvalidInputError } from '../../../platform/kernel/errors.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { inTransaction } from '../../../platform/storage/postgres/index.ts';

/** What is told every process when a partner's setting changes. */
export const FORMATS_CHANNEL = 'intake_formats';

export type FormatInput = PartnerFormat['input']['kind'];

/**
 * Says in which layout a partner sends JSON or CSV: a format of the configuration by its name, or null for the hub's own. In force in every
 * process at once. Throws InvalidInputError when there is no such format in force today or it is for the other input, HubError PARTNER_UNKNOWN.
 */
export async function setPartnerFormat(
  context: Pick<HubContext, 'postgres' | 'clock'>,
  actor: string,
  setting: { partnerId: string; input: FormatInput; format: string | null },
): Promise<void> {
  const { partnerId, input, format } = setting;
  if (format !== null) await assertInForce(context, format, input);
  await inTransaction(context.postgres, async (client) => {
    const { rowCount } = await client.query('SELECT FROM intake.partner WHERE partner_id = $1 FOR UPDATE', [partnerId]);
    if (rowCount === 0) throw new HubError('PARTNER_UNKNOWN', `There is no partner ${partnerId}`);
    const { rows } = await client.query<{ format: string }>(
      'DELETE FROM intake.partner_format WHERE partner_id = $1 AND input = $2 RETURNING format',
      [partnerId, input],
    );
    if (format !== null)
      await client.query('INSERT INTO intake.partner_format (partner_id, input, format) VALUES ($1, $2, $3)', [
        partnerId,
        input,
        format,
      ]);
    await audit(client, {
      actor,
      action: 'partner.format',
      subject: partnerId,
      before: { input, format: rows[0]?.format ?? null },
      after: { input, format },
    });
    await client.query('SELECT pg_notify($1, $2)', [FORMATS_CHANNEL, partnerId]);
  });
}

/** The names of the formats a partner sends; null: the hub's own. */
export async function partnerFormats(
  { postgres }: Pick<HubContext, 'postgres'>,
  partnerId: string,
): Promise<Record<FormatInput, string | null>> {
  const { rows } = await postgres.query<{ input: FormatInput; format: string }>(
    'SELECT input, format FROM intake.partner_format WHERE partner_id = $1',
    [partnerId],
  );
  const of = (input: FormatInput): string | null => rows.find((row) => row.input === input)?.format ?? null;
  return { json: of('json'), csv: of('csv') };
}

async function assertInForce(
  { postgres, clock }: Pick<HubContext, 'postgres' | 'clock'>,
  format: string,
  input: FormatInput,
): Promise<void> {
  const wrong = (code: string, detail: string): InvalidInputError =>
    new InvalidInputError('The format was not set', [{ pointer: '/format', code, detail }]);
  let value: PartnerFormat;
  try {
    value = (await configVersion(postgres, partnerFormatKey(format), { on: businessDateOf(clock()) }))
      .value as PartnerFormat;
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFIG_UNKNOWN_VERSION')
      throw wrong(
        'UNKNOWN_FORMAT',
        `there is no format ${format} in force: hub config set ${partnerFormatKey(format)} FILE`,
      );
    throw error;
  }
  if (value.input.kind !== input)
    throw wrong('OTHER_INPUT', `${format} is a format of ${value.input.kind.toUpperCase()}`);
}
