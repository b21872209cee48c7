import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPool } from '../../platform/storage/postgres/index.ts';
import type { Reconciliation } from '../../platform/streaming/conservation/index.ts';
import type { HubProcess } from '../support/hub-process.ts';

const LOG_LINES = 6;
const LINE_LENGTH = 300;

/**
 * Where accepted applications stand still, for whoever must find out why: cases by status, steps with something in flight, what says of itself
 * that it is unwell, and the last warnings of each log. What cannot be asked is told as such: this never rejects.
 */
export async function describeStandstill(hub: HubProcess): Promise<string> {
  const parts = await Promise.all([
    told('cases', casesByStatus(hub)),
    told('books', stepsInFlight(hub)),
    told('status', unwell(hub)),
    told('logs', lastWarnings(hub)),
  ]);
  return parts.join('\n');
}

async function told(what: string, asked: Promise<string>): Promise<string> {
  return `${what}: ${await asked.catch((error: unknown) => `cannot be asked: ${String(error)}`)}`;
}

async function casesByStatus(hub: HubProcess): Promise<string> {
  const postgres = createPool(hub.endpoints().databaseUrl, { max: 1, name: 'chaos' });
  try {
    const { rows } = await postgres.query<{ status: string; n: number }>(
      `SELECT state::jsonb ->> 'status' AS status, count(*)::int AS n FROM state.review GROUP BY 1 ORDER BY 1`,
    );
    return rows.map(({ status, n }) => `${status} ${n}`).join(', ');
  } finally {
    await postgres.end();
  }
}

async function stepsInFlight(hub: HubProcess): Promise<string> {
  const { rows } = (await hub.cli('reconcile')).json as Reconciliation;
  return rows
    .filter(({ inFlight, balanced }) => inFlight > 0 || !balanced)
    .map((row) => JSON.stringify(row))
    .join('\n');
}

async function unwell(hub: HubProcess): Promise<string> {
  return JSON.stringify((await hub.cli('status')).json);
}

async function lastWarnings({ home }: HubProcess): Promise<string> {
  const logs = (await readdir(join(home, 'logs'))).filter((name) => name.endsWith('.log'));
  const lines = await Promise.all(
    logs.map(async (name) => {
      const text = await readFile(join(home, 'logs', name), 'utf8');
      const warnings = text
        .split('\n')
        .filter((line) => /"level":(40|50|60)|"level":"(warn|error|fatal)"|\b(WARN|ERROR|FATAL)\b/.test(line));
      return warnings.slice(-LOG_LINES).map((line) => `${name}: ${line.slice(0, LINE_LENGTH)}`);
    }),
  );
  return lines.flat().join('\n');
}
