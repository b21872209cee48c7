import type { ClickHouseClient } from '@clickhouse/client';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { KafkaDeps } from '../../platform/streaming/kafka/index.ts';
import { committedMessages } from './committed-keys.ts';

/** A value that must be found nowhere: what it is (`mobile of ORDER-7`) and its plain text. */
export interface Needle {
  label: string;
  value: string;
}

/** Where a plain value was found. */
export interface Finding {
  where: string;
  label: string;
}

/** Masked ID numbers too: beside a birth date, one with its last digits is the number itself. */
const RUNS = /[0-9]{6}\*{8}[0-9]{3}[0-9X]|[0-9]{5,}[0-9Xx]?|[\p{Script=Han}·\d号单元室]{2,}/gu;
const ENCODED = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const MAX_FINDINGS = 50;

/** Looks for many plain values at once: runs of digits and of Chinese characters are cut out of a text, and every part of them looked up. */
export class PlainTextScan {
  readonly findings: Finding[] = [];
  /** Characters looked at: a scan that saw nothing proves nothing. */
  scanned = 0;
  readonly #needles: Map<string, string>;
  readonly #lengths: readonly number[];

  constructor(needles: Iterable<Needle>) {
    this.#needles = new Map([...needles].map(({ label, value }) => [value, label]));
    this.#lengths = [...new Set([...this.#needles.keys()].map((value) => value.length))];
  }

  /** Scans a text as it stands, and what decodes from base64 or hex in it. */
  text(where: string, text: string): void {
    this.scanned += text.length;
    this.#plain(where, text);
    for (const [token] of text.matchAll(ENCODED)) {
      this.#plain(`${where} (base64)`, Buffer.from(token, 'base64').toString('utf8'));
      if (/^(?:[0-9a-f]{2})+$/.test(token)) this.#plain(`${where} (hex)`, Buffer.from(token, 'hex').toString('utf8'));
    }
  }

  bytes(where: string, bytes: Buffer): void {
    this.text(where, bytes.toString('utf8'));
  }

  #plain(where: string, text: string): void {
    for (const [run] of text.matchAll(RUNS))
      for (const length of this.#lengths)
        for (let at = 0; at + length <= run.length; at++) {
          const label = this.#needles.get(run.slice(at, at + length));
          if (label !== undefined && this.findings.length < MAX_FINDINGS) this.findings.push({ where, label });
        }
  }
}

/** Every column of every row of every table outside of Postgres's own schemas. */
export async function scanPostgres(scan: PlainTextScan, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%'`,
    );
    for (const { name } of tables) {
      await client.query('BEGIN');
      await client.query(`DECLARE everything NO SCROLL CURSOR FOR SELECT * FROM ${name}`);
      for (;;) {
        const { rows } = await client.query<Record<string, unknown>>('FETCH 1000 FROM everything');
        if (rows.length === 0) break;
        for (const row of rows)
          for (const [column, value] of Object.entries(row)) {
            if (Buffer.isBuffer(value)) scan.bytes(`${name}.${column}`, value);
            else if (value !== null)
              scan.text(`${name}.${column}`, typeof value === 'string' ? value : JSON.stringify(value));
          }
      }
      await client.query('COMMIT');
    }
  } finally {
    await client.end();
  }
}

/** Keys, values and headers of every committed record of these topics. */
export async function scanKafka(scan: PlainTextScan, kafka: KafkaDeps, topics: readonly string[]): Promise<void> {
  for (const topic of topics)
    for (const message of await committedMessages(kafka, topic)) {
      if (Buffer.isBuffer(message.key)) scan.bytes(`topic ${topic} key`, message.key);
      if (message.value !== null) scan.bytes(`topic ${topic}`, message.value);
      for (const header of message.headers ?? [])
        for (const [name, value] of Object.entries(header)) scan.text(`topic ${topic} header ${name}`, String(value));
    }
}

/** Every row of every table of a ClickHouse database (views are made of them). */
export async function scanClickhouse(scan: PlainTextScan, client: ClickHouseClient, database: string): Promise<void> {
  const listed = await client.query({
    query: `SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'`,
    query_params: { database },
    format: 'JSONEachRow',
  });
  for (const { name } of await listed.json<{ name: string }>()) {
    const result = await client.query({
      query: `SELECT * FROM {database:Identifier}.{name:Identifier}`,
      query_params: { database, name },
      format: 'JSONCompactEachRow',
    });
    for await (const rows of result.stream()) for (const row of rows) scan.text(`${database}.${name}`, row.text);
  }
}

/** Every file below a folder, as bytes: logs, and whatever else a process leaves. `skip` leaves out folders by name (the engines' own files). */
export function scanFiles(scan: PlainTextScan, folder: string, skip: readonly string[] = []): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = statSync(path);
    if (stat.isDirectory()) {
      if (!skip.includes(name)) scanFiles(scan, path, skip);
    } else if (stat.isFile()) scan.bytes(path, readFileSync(path));
  }
}
