import { parse } from 'csv-parse';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { addPartner, setPartnerFormat } from '../../connectors/intake/index.ts';
import { SAMPLE_FORMATS } from '../../models/forms/samples/index.ts';
import { addConfigVersion } from '../../platform/storage/configuration/store.ts';
import { WEB_FLAGS } from '../../platform/edge/process/start-hub.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { type ApplicationBody, signedRequest } from '../generators/index.ts';
import { toGbk } from '../generators/gbk.ts';
import { asUsedCarsDirect, csvText, DIRECT_COLUMNS } from '../generators/partner-layouts.ts';
import { endBundledChild, startBundledChild } from '../support/bundled-child.ts';
import { createIntakeHome, openIntakeContext } from '../support/intake-server.ts';
import { sampleApplication } from '../support/sample-application.ts';
import type { WebOrders, WebReport } from './intake-web.ts';

export interface BatchBenchResult {
  rows: number;
  megabytes: number;
  /** Rows a second from the first byte sent to the last of the answer: signature, two readings, mapping, checks, encryption, durable acceptance. */
  hub: number;
  /** The same file again: every row is known. */
  again: number;
  /** csv-parse alone over the same bytes, rows a second. */
  csvParse: number;
  /** hub / csvParse. */
  ratio: number;
  /** Processor time of the web process per row, microseconds. */
  cpuMicros: number;
  peakRssMb: number;
  /** Rows in intake.accepted after the run. */
  stored: number;
}

const PARTNER = 'used-cars-direct';
const PATH = '/v1/applications/batch';

/** Measures a file of a partner's own layout in GBK through the web process, over the Postgres that HUB_TEST_STACK names, against csv-parse alone. */
export async function batchBench(
  options: { rows?: number; log?: (line: string) => void } = {},
): Promise<BatchBenchResult> {
  const { rows = 100_000, log = () => undefined } = options;
  const home = await createIntakeHome();
  try {
    const context = await openIntakeContext(home);
    const { secret } = await addPartner(context, 'bench', { partnerId: PARTNER, name: 'Bench' });
    await addConfigVersion(context.postgres, {
      key: `partner-format/${PARTNER}`,
      value: SAMPLE_FORMATS[PARTNER],
      effectiveFrom: '2018-01-01',
      note: 'bench',
      actor: 'bench',
    });
    await setPartnerFormat(context, 'bench', { partnerId: PARTNER, input: 'csv', format: PARTNER });
    const bytes = fileOf(rows);
    const csvParse = await parseAlone(bytes, rows);
    log(`csv-parse alone: ${csvParse} rows/s of ${Math.round(bytes.length / rows)} bytes`);
    const profile =
      process.env.BENCH_PROFILE === 'batch' ? ['--cpu-prof', `--cpu-prof-dir=${projectPath('dist', 'profile')}`] : [];
    const web = await startBundledChild<{ url: string }>(
      'test/bench/intake-web.ts',
      { side: 'hub', home: { home: home.home, databaseUrl: home.databaseUrl } } satisfies WebOrders,
      { execArgv: [...WEB_FLAGS, ...profile] },
    );
    try {
      const send = async (): Promise<number> => {
        const since = performance.now();
        const { headers } = signedRequest({ method: 'POST', path: PATH, body: bytes, appId: PARTNER, secret });
        const answer = await request(`${web.ready.url}${PATH}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'text/csv; charset=gbk', accept: 'application/x-ndjson' },
          body: bytes,
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        const text = await answer.body.text();
        const perSecond = Math.round(rows / ((performance.now() - since) / 1_000));
        log(
          `${answer.statusCode} ${text.slice(text.lastIndexOf('{"summary"')).trim().slice(0, 200)}: ${perSecond} rows/s`,
        );
        return perSecond;
      };
      web.child.send('begin');
      const hub = await send();
      const measured = once(web.child, 'message') as Promise<[WebReport]>;
      web.child.send('end');
      const [{ cpuSeconds, peakRssMb }] = await measured;
      const again = await send();
      const { rows: counted } = await context.postgres.query<{ stored: number }>(
        'SELECT count(*)::int AS stored FROM intake.accepted',
      );
      await context.close();
      return {
        rows,
        megabytes: Math.round(bytes.length / 1e5) / 10,
        hub,
        again,
        csvParse,
        ratio: Math.round((hub / csvParse) * 1_000) / 1_000,
        cpuMicros: Math.round((cpuSeconds * 1e6) / rows),
        peakRssMb,
        stored: counted[0]!.stored,
      };
    } finally {
      await endBundledChild(web.child);
    }
  } finally {
    await home.drop();
  }
}

function fileOf(rows: number): Buffer {
  const pieces = [toGbk(csvText([DIRECT_COLUMNS]))];
  for (let n = 0; n < rows; n++)
    pieces.push(toGbk(csvText([asUsedCarsDirect(sampleApplication(n) as unknown as ApplicationBody)])));
  return Buffer.concat(pieces);
}

async function parseAlone(bytes: Buffer, rows: number): Promise<number> {
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  };
  const since = performance.now();
  let seen = -1;
  for await (const _row of Readable.from(pieces()).pipe(parse({ encoding: 'latin1' }))) seen += 1;
  if (seen !== rows) throw new Error(`csv-parse found ${seen} rows of ${rows}`);
  return Math.round(rows / ((performance.now() - since) / 1_000));
}
