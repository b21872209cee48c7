import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { addPartner, setPartnerDisabled, setPartnerFormat } from '../../connectors/intake/index.ts';
import { SAMPLE_FORMATS } from '../../models/forms/samples/index.ts';
import { addConfigVersion } from '../../platform/storage/configuration/store.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import type { ApplicationBody } from '../generators/index.ts';
import { toGbk } from '../generators/gbk.ts';
import { asUsedCarsDirect, csvText, DIRECT_COLUMNS } from '../generators/partner-layouts.ts';
import { eventually } from '../support/eventually.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { nativeCsv } from '../support/native-csv.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication } from '../support/sample-application.ts';
import { flawsOf, upload } from '../support/signed-upload.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const PATH = '/v1/applications/batch';
const GBK = 'text/csv; charset=gbk';
let home: IntakeHome;
let context: OpenContext;
let server: IntakeServer;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  await addConfigVersion(context.postgres, {
    key: 'partner-format/used-cars-direct',
    value: SAMPLE_FORMATS['used-cars-direct'],
    effectiveFrom: '2026-01-01',
    note: 'test',
    actor: 'test',
  });
  server = await startIntakeServer(context);
});

afterAll(async () => {
  await server?.close();
  await context?.close();
  await home?.drop();
});

async function newPartner(partnerId: string, format: string | null = 'used-cars-direct'): Promise<PartnerClient> {
  const client = new PartnerClient(server.url, await addPartner(context, 'test', { partnerId, name: partnerId }));
  if (format === null) return client;
  await setPartnerFormat(context, 'test', { partnerId, input: 'csv', format });
  // The server is told by Postgres: until then it reads the hub's own columns.
  await eventually(
    async () =>
      expect(flawsOf(await upload(client, PATH, toGbk(csvText([DIRECT_COLUMNS])), GBK))).toEqual([
        ['/file', 'NO_ROWS'],
      ]),
    5_000,
  );
  return client;
}

async function stored(partnerId: string): Promise<{ rows: number; channels: string[] }> {
  const { rows } = await context.postgres.query<{ rows: number; channels: string[] | null }>(
    'SELECT count(*)::int AS rows, array_agg(DISTINCT channel) AS channels FROM intake.accepted WHERE partner_id = $1',
    [partnerId],
  );
  return { rows: rows[0]!.rows, channels: rows[0]!.channels ?? [] };
}

const body = (n: number): ApplicationBody => sampleApplication(n) as unknown as ApplicationBody;
const file = (numbers: readonly number[], spoil: (row: string[], n: number) => string[] = (row) => row): Buffer =>
  toGbk(csvText([DIRECT_COLUMNS, ...numbers.map((n) => spoil(asUsedCarsDirect(body(n)), n))]));
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n);
const setCell = (row: string[], column: (typeof DIRECT_COLUMNS)[number], text: string): string[] =>
  row.map((cell, n) => (DIRECT_COLUMNS[n] === column ? text : cell));

interface Row {
  row: number;
  status: string;
  partnerOrderNo?: string;
  applicationId?: string;
  errors?: { column?: string; pointer: string; code: string; detail: string }[];
}
const rowsOf = (answer: Answer): Row[] => answer.body?.rows as Row[];
const summaryOf = (answer: Answer): Record<string, unknown> => answer.body?.summary as Record<string, unknown>;

describe('POST /v1/applications/batch', () => {
  it('accepts the rows that are right, says of each other what is wrong, and accepts nothing twice', async () => {
    const partner = await newPartner('batch-gbk');
    const bytes = file(range(0, 400), (row, n) => {
      if (n === 7) return setCell(row, '身份证号', '110105194912310021');
      if (n === 8) return setCell(row, '贷款金额(元)', '十四万');
      if (n === 9) return setCell(row, '单位', '=cmd|calc');
      if (n === 10) return row.slice(0, -1);
      if (n === 11) return setCell(row, '姓名', '');
      return row;
    });
    const first = await upload(partner, PATH, bytes, GBK);
    expect(first.status).toBe(200);
    expect(summaryOf(first)).toEqual({
      rows: 400,
      accepted: 395,
      duplicate: 0,
      refused: 5,
      unknown: 0,
      complete: true,
    });
    expect(rowsOf(first).map(({ row }) => row)).toEqual(range(1, 400));
    expect(
      rowsOf(first)
        .filter(({ status }) => status === 'refused')
        .map(({ row, errors }) => [row, ...errors!.map(({ column, pointer, code }) => [column, pointer, code])]),
    ).toEqual([
      [8, ['身份证号', '/applicant/idNo', 'RESIDENT_ID_CHECK_DIGIT']],
      [9, ['贷款金额(元)', '/request/amountFen', 'NOT_A_NUMBER']],
      [10, ['单位', '/applicant/employer', 'FORMULA']],
      [11, [undefined, '', 'COLUMN_COUNT']],
      [12, ['姓名', '/applicant/name', 'REQUIRED']],
    ]);
    expect(await stored('batch-gbk')).toEqual({ rows: 395, channels: ['batch'] });

    const second = await upload(partner, PATH, bytes, GBK);
    expect(summaryOf(second)).toEqual({
      rows: 400,
      accepted: 0,
      duplicate: 395,
      refused: 5,
      unknown: 0,
      complete: true,
    });
    expect(rowsOf(second).map(({ applicationId }) => applicationId)).toEqual(
      rowsOf(first).map(({ applicationId }) => applicationId),
    );
    expect((await stored('batch-gbk')).rows).toBe(395);

    // The same application over the other door is the same application.
    const single = await partner.post(body(0));
    expect([single.status, single.body?.applicationId]).toEqual([200, rowsOf(first)[0]!.applicationId]);
    const status = await partner.get(`/v1/applications/${rowsOf(first)[1]!.applicationId}`);
    expect(status.body).toMatchObject({ partnerOrderNo: 'ORDER-1', status: 'RECEIVED' });
    const { rows: plain } = await context.postgres.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM intake.accepted WHERE partner_id = 'batch-gbk' AND (position($1 IN event) > 0 OR position(convert_to($1, 'UTF8') IN raw) > 0)`,
      [body(0).applicant.idNo],
    );
    expect(plain[0]!.n).toBe(0);
    // No value of a refused row comes back.
    expect(first.text).not.toContain('110105194912310021');
    expect(first.text).not.toContain('cmd|calc');
    partner.close();
  });

  it('takes the hub’s own columns from a partner without a format, in UTF-8 with a byte order mark', async () => {
    const partner = await newPartner('batch-native', null);
    const answer = await upload(partner, PATH, Buffer.from(`\uFEFF${nativeCsv(range(0, 20).map(body))}`), 'text/csv');
    expect(summaryOf(answer)).toMatchObject({ rows: 20, accepted: 20, complete: true });
    expect((await partner.post(body(3))).status).toBe(200);
    partner.close();
  });

  it('keeps the first of two rows of one order, and says so of the second', async () => {
    const partner = await newPartner('batch-twice');
    const answer = await upload(
      partner,
      PATH,
      file([1, 2, 1, 2], (row, n) => (n === 2 ? setCell(row, '备注', '') : row)),
      GBK,
    );
    expect(rowsOf(answer).map(({ status }) => status)).toEqual(['accepted', 'accepted', 'duplicate', 'duplicate']);
    const other = await upload(
      partner,
      PATH,
      file([1, 3], (row, n) => (n === 1 ? setCell(row, '贷款金额(元)', '10000') : row)),
      GBK,
    );
    expect(rowsOf(other).map(({ status, errors }) => [status, errors?.[0]])).toEqual([
      ['refused', expect.objectContaining({ column: '申请编号', pointer: '/partnerOrderNo', code: 'CONFLICT' })],
      ['accepted', undefined],
    ]);
    expect((await stored('batch-twice')).rows).toBe(3);
    partner.close();
  });

  it('answers as NDJSON or CSV where they are asked for', async () => {
    const partner = await newPartner('batch-answers');
    const ndjson = await upload(partner, PATH, file(range(0, 3)), GBK, { headers: { accept: 'application/x-ndjson' } });
    const lines = ndjson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ row, status }) => [row, status])).toEqual([
      [1, 'accepted'],
      [2, 'accepted'],
      [3, 'accepted'],
      [undefined, undefined],
    ]);
    expect(lines[3]).toEqual({
      summary: { rows: 3, accepted: 3, duplicate: 0, refused: 0, unknown: 0, complete: true },
    });
    const csv = await upload(partner, PATH, file(range(0, 3)), GBK, { headers: { accept: 'text/csv' } });
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.split('\r\n')[1]).toMatch(/^1,duplicate,ORDER-0,[0-9a-f-]{36},,,,$/);
    partner.close();
  });

  it('says of which rows nothing is known when the database goes away in the middle; sent again, each is there once', async () => {
    const partner = await newPartner('batch-away');
    const { hostname, port } = new URL(home.databaseUrl);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    const throughProxy = new URL(home.databaseUrl);
    throughProxy.port = String(proxy.port);
    const cutOff = await openIntakeContext({ ...home, databaseUrl: throughProxy.href });
    const farServer = await startIntakeServer(cutOff);
    try {
      const bytes = file(range(20_000, 5_000));
      const text = await streamed(new URL(farServer.url), partner.authorization('POST', PATH, bytes), bytes, async () =>
        proxy.cut('reset'),
      );
      const lines = text.trimEnd().split('\n');
      const { summary } = JSON.parse(lines.pop()!) as { summary: Record<string, number> };
      expect(summary).toMatchObject({
        complete: false,
        refused: 0,
        duplicate: 0,
        rows: lines.length,
        problem: { status: 503 },
      });
      expect(summary.unknown).toBeGreaterThan(0);
      expect(lines.length).toBeLessThan(5_000);
      // What was told of as accepted is stored, whatever became of the others.
      const told = lines
        .map((line) => JSON.parse(line) as Row)
        .filter(({ status }) => status === 'accepted')
        .map(({ applicationId }) => applicationId!);
      expect(told).toHaveLength(summary.accepted!);
      const { rows } = await context.postgres.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM intake.accepted WHERE application_id = ANY($1)',
        [told],
      );
      expect(rows[0]!.n).toBe(told.length);
      const before = (await stored('batch-away')).rows;
      proxy.resume();
      const again = await eventually(async () => {
        const answer = await upload(partner, PATH, bytes, GBK);
        expect(summaryOf(answer)).toMatchObject({ complete: true });
        return summaryOf(answer);
      });
      expect(again).toMatchObject({ rows: 5_000, accepted: 5_000 - before, duplicate: before, refused: 0, unknown: 0 });
      expect((await stored('batch-away')).rows).toBe(5_000);
    } finally {
      await farServer.close();
      await cutOff.close();
      await proxy.close();
      partner.close();
    }
  });

  it('does nothing before the signature over the whole body is right, and uses a nonce once', async () => {
    const partner = await newPartner('batch-signed');
    const bytes = file(range(0, 50));
    const forged = await upload(partner, PATH, bytes, GBK, { signedBody: file(range(0, 49)) });
    expect([forged.status, flawsOf(forged)]).toEqual([401, [['/authorization/signature', 'MISMATCH']]]);
    const unsigned = await partner.send('POST', PATH, bytes, { 'content-type': GBK });
    expect(unsigned.status).toBe(401);
    expect((await upload(partner, PATH, bytes, GBK, { timestamp: '1700000000' })).status).toBe(401);
    expect((await stored('batch-signed')).rows).toBe(0);
    expect((await upload(partner, PATH, bytes, GBK, { nonce: 'n-1' })).status).toBe(200);
    const replayed = await upload(partner, PATH, bytes, GBK, { nonce: 'n-1' });
    expect([replayed.status, flawsOf(replayed)]).toEqual([401, [['/authorization/nonce', 'REPLAYED']]]);
    expect(existsSync(join(home.home, 'spool')) ? readdirSync(join(home.home, 'spool')) : []).toEqual([]);
    partner.close();
  });

  it('refuses a file that cannot be read as a whole, with the reason, and accepts none of its rows', async () => {
    const partner = await newPartner('batch-whole');
    const header = csvText([DIRECT_COLUMNS]);
    const good = csvText([asUsedCarsDirect(body(1))]);
    const cases: [string, Buffer, string, number, string[]][] = [
      ['wrong encoding', file([1, 2]), 'text/csv; charset=utf-8', 400, ['/file', 'WRONG_ENCODING']],
      ['the other way round', Buffer.from(header + good), GBK, 400, ['/file', 'WRONG_ENCODING']],
      ['UTF-16', Buffer.from(`\uFEFF${header}${good}`, 'utf16le'), GBK, 400, ['/file', 'NOT_CSV']],
      ['a charset nobody reads', file([1]), 'text/csv; charset=big5', 415, ['/headers/content-type', 'CHARSET']],
      ['another type', file([1]), 'application/vnd.ms-excel', 415, ['/headers/content-type', 'MEDIA_TYPE']],
      [
        'a workbook',
        Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(1_000)]),
        GBK,
        400,
        ['/file', 'NOT_CSV'],
      ],
      ['gzip without saying so', gzipSync(Buffer.alloc(10_000_000)), GBK, 400, ['/file', 'NOT_CSV']],
      ['nothing', Buffer.alloc(0), GBK, 400, ['/file', 'EMPTY']],
      ['no rows', toGbk(header), GBK, 400, ['/file', 'NO_ROWS']],
      [
        'a missing column',
        toGbk(csvText([DIRECT_COLUMNS.slice(1), asUsedCarsDirect(body(1)).slice(1)])),
        GBK,
        400,
        ['/columns', 'MISSING_COLUMN'],
      ],
      [
        'an unknown column',
        toGbk(
          csvText([
            [...DIRECT_COLUMNS, '星座'],
            [...asUsedCarsDirect(body(1)), 'x'],
          ]),
        ),
        GBK,
        400,
        ['/columns/32', 'UNKNOWN_COLUMN'],
      ],
      [
        'a NUL behind the second row',
        Buffer.concat([file([1, 2]), Buffer.from([0])]),
        GBK,
        400,
        ['/rows/3', 'NUL_CHARACTER'],
      ],
      ['a quote never closed', toGbk(`${header}${good}"未完\r\n`), GBK, 400, ['/rows/2', 'QUOTE_NOT_CLOSED']],
      ['a long row', toGbk(`${header}${good}${'x'.repeat(20_000)}\r\n`), GBK, 400, ['/rows/2', 'ROW_TOO_LONG']],
      ['rows beyond the limit', toGbk(`${header}${'1\n'.repeat(100_001)}`), GBK, 413, ['/file', 'TOO_MANY_ROWS']],
    ];
    for (const [what, bytes, type, status, flaw] of cases) {
      const answer = await upload(partner, PATH, bytes, type);
      expect([what, answer.status, flawsOf(answer)]).toEqual([what, status, expect.arrayContaining([flaw])]);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    const bomb = await upload(partner, PATH, gzipSync(Buffer.alloc(50_000_000)), GBK, {
      headers: { 'content-encoding': 'gzip' },
    });
    expect([bomb.status, flawsOf(bomb)]).toEqual([415, [['/headers/content-encoding', 'CONTENT_ENCODING']]]);
    expect((await stored('batch-whole')).rows).toBe(0);
    partner.close();
  });

  it('refuses more bytes than it takes, said beforehand or not, in flat memory', async () => {
    const partner = await newPartner('batch-large');
    const head = Buffer.from('x');
    const declared = await partner
      .send('POST', PATH, undefined, {
        'content-type': GBK,
        'content-length': String(200 * 1_048_576),
        authorization: partner.authorization('POST', PATH, head),
      })
      .catch((error: NodeJS.ErrnoException): string => error.code ?? 'cut');
    if (typeof declared !== 'string')
      expect([declared.status, flawsOf(declared)]).toEqual([413, [['', 'BODY_TOO_LARGE']]]);
    const before = process.memoryUsage().rss;
    const sent = await pour(
      new URL(server.url),
      partner.authorization('POST', PATH, head),
      Buffer.alloc(1_048_576, ','),
      200,
    );
    expect(sent.status === 413 || sent.cut).toBe(true);
    expect(sent.megabytes).toBeLessThan(180);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
    partner.close();
  });

  it('stops at once for a partner that is disabled in the middle, and what it answered for stands', async () => {
    const partner = await newPartner('batch-disabled');
    const bytes = file(range(0, 6_000));
    const answer = await streamed(new URL(server.url), partner.authorization('POST', PATH, bytes), bytes, () =>
      setPartnerDisabled(context, 'test', 'batch-disabled', true),
    );
    const lines = answer
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { row?: number; status?: string; summary?: Record<string, unknown> });
    const { summary } = lines.at(-1)!;
    expect(summary).toMatchObject({ complete: false, problem: { status: 401 } });
    expect(summary!.accepted).toBeLessThan(6_000);
    expect((await stored('batch-disabled')).rows).toBe(summary!.accepted);
    partner.close();
  });

  it('goes on while single applications come in beside it', async () => {
    const partner = await newPartner('batch-beside');
    const single = await newPartner('single-beside', null);
    const sending = upload(partner, PATH, file(range(0, 3_000)), GBK);
    const answers = await Promise.all(range(0, 200).map((n) => single.post(body(10_000 + n))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(summaryOf(await sending)).toMatchObject({ rows: 3_000, accepted: 3_000, complete: true });
    for (const client of [partner, single]) client.close();
  });
});

/** Sends so many megabytes without saying how many; the hub may cut it off. */
function pour(
  url: URL,
  authorization: string,
  piece: Buffer,
  megabytes: number,
): Promise<{ status: number | undefined; megabytes: number; cut: boolean }> {
  return new Promise((resolve) => {
    let sent = 0;
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method: 'POST',
        path: PATH,
        headers: { 'content-type': GBK, authorization },
        agent: new Agent(),
      },
      (incoming) => {
        incoming.resume();
        resolve({ status: incoming.statusCode, megabytes: sent, cut: false });
        outgoing.destroy();
      },
    );
    outgoing.on('error', () => resolve({ status: undefined, megabytes: sent, cut: true }));
    const next = (): void => {
      if (sent >= megabytes) return void outgoing.end();
      sent += 1;
      outgoing.write(piece, next);
    };
    next();
  });
}

/** Sends a file and calls `onFirst` when the first of the answer arrives. */
function streamed(url: URL, authorization: string, bytes: Buffer, onFirst: () => Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method: 'POST',
        path: PATH,
        headers: { 'content-type': GBK, accept: 'application/x-ndjson', authorization, 'content-length': bytes.length },
      },
      (incoming) => {
        const pieces: Buffer[] = [];
        incoming.once('data', () => void onFirst().catch(reject));
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.on('end', () => resolve(Buffer.concat(pieces).toString()));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
