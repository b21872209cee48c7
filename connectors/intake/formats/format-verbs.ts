import { createReadStream, readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { userInfo } from 'node:os';
import { NATIVE_CSV } from '../../../models/forms/native-csv.ts';
import { partnerFormatKey, type PartnerFormat } from '../../../models/forms/partner-format.ts';
import type { Verb } from '../../../platform/edge/cli/verb.ts';
import { businessDateOf } from '../../../platform/kernel/clock.ts';
import { configVersion, refuseInvalid } from '../../../platform/storage/configuration/store.ts';
import { InvalidInputError } from '../../../platform/kernel/errors.ts';
import { HttpError } from '../../../platform/edge/http/index.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { charsetOf, defaultEncoding } from '../api/batch/csv-file.ts';
import { type FormatInput, partnerFormats, setPartnerFormat } from './format-settings.ts';
import { testMapping, type TestedRecord } from './test-mapping.ts';

const NATIVE = 'native';
const wrong = (pointer: string, detail: string): InvalidInputError =>
  new InvalidInputError(detail, [{ pointer, code: 'WRONG_USAGE', detail }]);

const format: Verb = {
  path: 'partners format',
  summary: 'show, or say, in which of its own layouts a partner sends JSON and CSV',
  declare: (command) =>
    command
      .argument('<partner>')
      .argument('[input]', 'json or csv')
      .argument(
        '[format]',
        `name of a format (hub config set partner-format/<name> FILE), or ${NATIVE} for the hub’s own layout`,
      ),
  run: async ({ args, context }) => {
    const [partnerId = '', input, name] = args;
    const hub = await context();
    if (input !== undefined) {
      if (input !== 'json' && input !== 'csv') throw wrong('<input>', 'must be json or csv');
      if (name === undefined) throw wrong('<format>', 'is required');
      await setPartnerFormat(hub, `cli:${userInfo().username}`, {
        partnerId,
        input,
        format: name === NATIVE ? null : name,
      });
    }
    const formats = await partnerFormats(hub, partnerId);
    return {
      ok: true,
      json: { partnerId, formats },
      text: `${partnerId} sends JSON as ${formats.json ?? NATIVE}, CSV as ${formats.csv ?? NATIVE}`,
    };
  },
};

const test: Verb = {
  path: 'partners test-mapping',
  summary: 'show what a sample in a partner’s layout becomes, and every error; nothing is accepted',
  declare: (command) =>
    command
      .argument('<partner|format-file>', 'a partner, or a format as a JSON file')
      .argument('<sample>', 'a JSON document (or a list of them), or a CSV file')
      .option('--encoding <name>', 'of a CSV file: utf-8 or gbk (default: the format’s)')
      .option('--rows <n>', 'look at so many records at most', '20')
      .option('--plain', 'show personal data as it is'),
  run: async ({ args, options, context }) => {
    const [whose = '', sample = ''] = args;
    const most = Number(options.rows);
    if (!Number.isInteger(most) || most < 1) throw wrong('--rows', 'must be a whole number above 0');
    if (!isFile(sample)) throw wrong('<sample>', `there is no file ${sample}`);
    const found = isFile(whose)
      ? fromFile(whose)
      : await ofPartner(await context(), whose, extname(sample).toLowerCase() === '.csv' ? 'csv' : 'json');
    const encoding =
      typeof options.encoding === 'string'
        ? charsetOf(`text/csv; charset=${options.encoding}`)
        : defaultEncoding(found);
    if (encoding === undefined || encoding === 'other') throw wrong('--encoding', 'must be utf-8 or gbk');
    let records: TestedRecord[];
    try {
      records = await testMapping(found, found.input.kind === 'csv' ? createReadStream(sample) : readFileSync(sample), {
        encoding,
        most,
        plain: options.plain === true,
        nowMs: Date.now(),
      });
    } catch (error) {
      // A file that cannot be read as a whole.
      if (error instanceof HttpError) throw new InvalidInputError(error.message, error.errors, error.status);
      throw error;
    }
    const ok = records.every(({ errors }) => errors.length === 0);
    return { ok, json: { format: found.title, records }, text: records.map(described).join('\n\n') };
  },
};

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function fromFile(file: string): PartnerFormat {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw wrong('<format-file>', `${file} cannot be read as JSON`);
  }
  refuseInvalid(partnerFormatKey('file'), value);
  return value as PartnerFormat;
}

async function ofPartner(context: HubContext, partnerId: string, input: FormatInput): Promise<PartnerFormat> {
  const name = (await partnerFormats(context, partnerId))[input];
  if (name !== null)
    return (await configVersion(context.postgres, partnerFormatKey(name), { on: businessDateOf(context.clock()) }))
      .value as PartnerFormat;
  if (input === 'csv') return NATIVE_CSV;
  throw wrong(
    '<partner>',
    `${partnerId} sends JSON as the application form itself: there is no mapping to test (hub partners format ${partnerId} json <format>)`,
  );
}

function described({ record, form, errors }: TestedRecord): string {
  const lines = errors.map(
    ({ source, pointer, code, detail }) =>
      `  ✗ ${source ?? '(no field of the partner)'} → ${pointer === '' ? '(no field of ours)' : pointer}: ${code}: ${detail}`,
  );
  return [
    `${record}: ${errors.length === 0 ? 'would be accepted' : `${errors.length} errors`}`,
    JSON.stringify(form, null, 2),
    ...lines,
  ].join('\n');
}

/** `hub partners format`, `hub partners test-mapping`. */
export const formatVerbs: readonly Verb[] = [format, test];
