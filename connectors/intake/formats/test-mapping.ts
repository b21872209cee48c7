import type { PartnerFormat } from '../../../models/forms/partner-format.ts';
import { parseStrictJson } from '../../../platform/edge/http/index.ts';
import { maskAddress, maskMobile, maskName, maskNumber } from '../../../platform/storage/privacy/index.ts';
import { readCsv } from '../api/batch/csv-file.ts';
import type { Encoding } from '../api/batch/decode-row.ts';
import type { Mapped, MappedError } from './compile-format.ts';
import { jsonMapping } from './json-format.ts';
import { checkMapped, PARTNER_LIMITS, refuseLongNumbers } from './read-mapped.ts';

/** What one record of a sample becomes. */
export interface TestedRecord {
  /** `document 1`, `row 1` */
  record: string;
  /** The application form as far as it could be filled. */
  form: unknown;
  errors: MappedError[];
}

export interface TestOptions {
  encoding: Encoding;
  /** So many records at most. */
  most: number;
  /** Personal data as it is, not masked. */
  plain: boolean;
  nowMs: number;
}

/** What a sample becomes under a format: CSV as a stream, JSON (a document or a list of them) as a whole. Throws HttpError when it cannot be read. */
export async function testMapping(
  format: PartnerFormat,
  sample: AsyncIterable<Uint8Array> | Buffer,
  options: TestOptions,
): Promise<TestedRecord[]> {
  return Buffer.isBuffer(sample) ? testJson(format, sample, options) : testCsv(format, sample, options);
}

function testJson(format: PartnerFormat, sample: Buffer, { most, plain, nowMs }: TestOptions): TestedRecord[] {
  const value = parseStrictJson(sample, { ...PARTNER_LIMITS, maxItems: 1_000_000 });
  refuseLongNumbers(sample.toString('utf8'));
  const map = jsonMapping(format);
  return (Array.isArray(value) ? (value as unknown[]) : [value])
    .slice(0, most)
    .map((document, n) => tested(`document ${n + 1}`, map(document), plain, nowMs));
}

async function testCsv(
  format: PartnerFormat,
  sample: AsyncIterable<Uint8Array>,
  { encoding, most, plain, nowMs }: TestOptions,
): Promise<TestedRecord[]> {
  const records: TestedRecord[] = [];
  for await (const rows of readCsv(sample, { format, encoding })) {
    for (const { row, flaw, cells, map } of rows) {
      const made = tested(`row ${row}`, map(cells), plain, nowMs);
      records.push(
        flaw === undefined
          ? made
          : { ...made, errors: [{ pointer: '', code: flaw.code, detail: flaw.detail, source: flaw.column }] },
      );
      if (records.length >= most) return records;
    }
  }
  return records;
}

function tested(record: string, mapped: Mapped, plain: boolean, nowMs: number): TestedRecord {
  const check = checkMapped(mapped, nowMs);
  return { record, form: plain ? mapped.form : masked(mapped.form), errors: check.ok ? [] : check.errors };
}

const MASKS: Readonly<Record<string, (text: string) => string>> = {
  name: maskName,
  idNo: (text) => (text.length < 15 ? '****' : maskNumber(text)),
  mobile: (text) => (text.length < 11 ? '****' : maskMobile(text)),
  no: (text) => (text.length < 13 ? '****' : maskNumber(text)),
  detail: maskAddress,
};

/** A form, valid or not, with everything that identifies a person masked. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' && Object.hasOwn(MASKS, name) ? MASKS[name]!(inner) : masked(inner),
    ]),
  );
}
