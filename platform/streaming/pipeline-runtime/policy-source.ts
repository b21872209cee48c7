import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type Pool } from 'pg';
import { POLICIES, policyInForce, type PolicyVersion } from '../../../models/policies/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { inTransaction } from '../../storage/postgres/index.ts';

/** The versions of one policy as loaded together: a batch decides by one snapshot. */
export interface PolicySnapshot {
  at(businessDate: string): PolicyVersion<unknown>;
  of(version: string): PolicyVersion<unknown> | undefined;
}

export interface PolicySource {
  /** The newest snapshot of a policy key. Never waits. */
  current(key: string | undefined): PolicySnapshot;
  stop(): Promise<void>;
}

/** Without a notification (it may be lost with its connection, or with a pooler that does not pass any on) the versions are looked at this often. */
const LOOK_EVERY_MS = 400;
const PAUSE_AFTER_FAILURE_MS = 400;

/** A snapshot over versions in the order they were published. */
export function policySnapshot(versions: readonly PolicyVersion<unknown>[]): PolicySnapshot {
  const byName = new Map(versions.map((version) => [version.version, version]));
  const byDate = new Map<string, PolicyVersion<unknown>>();
  return {
    at(businessDate) {
      let found = byDate.get(businessDate);
      if (found === undefined) byDate.set(businessDate, (found = policyInForce(versions, businessDate)));
      return found;
    },
    of: (version) => byName.get(version),
  };
}

/** Puts the shipped policies into `hub.config`, for every key that has no version yet. Returns the keys it seeded. */
export async function seedPolicies(pool: Pool): Promise<string[]> {
  return inTransaction(pool, async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtext('hub.config seed'))");
    const { rows } = await client.query<{ key: string }>('select distinct key from hub.config');
    const missing = POLICIES.filter(({ key }) => !rows.some((row) => row.key === key));
    for (const { key, versions } of missing) {
      for (const [index, { version, effectiveFrom, value, note }] of versions.entries()) {
        await client.query(
          'insert into hub.config (key, version, label, effective_from, value, note, created_by) values ($1, $2, $3, $4, $5, $6, $7)',
          [key, index + 1, version, effectiveFrom.slice(0, 10), JSON.stringify(value), note, 'shipped'],
        );
      }
    }
    return missing.map(({ key }) => key);
  });
}

/**
 * Loads the policies of these keys from `hub.config` and keeps them current: at once by NOTIFY hub_config, and by a look at the version numbers
 * every 400 ms in case one was missed, so that a change is in force in every process within a second. Rejects when the first load fails; afterwards the last known versions stay in use while Postgres is away.
 */
export async function openPolicySource(url: string, keys: readonly string[], logger: Logger): Promise<PolicySource> {
  const source = new PostgresPolicySource(url, keys, logger);
  await source.start();
  return source;
}

class PostgresPolicySource implements PolicySource {
  readonly #url: string;
  readonly #keys: readonly string[];
  readonly #logger: Logger;
  #snapshots = new Map<string, PolicySnapshot>();
  #known = '';
  /** The highest version number of each key, as loaded. */
  #numbers = '';
  #client: pg.Client | undefined;
  #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  /** Something was announced since the last load began. */
  #announced = false;

  constructor(url: string, keys: readonly string[], logger: Logger) {
    this.#url = url;
    this.#keys = keys;
    this.#logger = logger;
  }

  current(key: string | undefined): PolicySnapshot {
    return (key === undefined ? undefined : this.#snapshots.get(key)) ?? policySnapshot([]);
  }

  async start(): Promise<void> {
    await this.#refresh();
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#running;
    await this.#client?.end().catch(() => undefined);
  }

  async #follow(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      if (!this.#announced) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          void sleep(LOOK_EVERY_MS, undefined, { signal: this.#stopped.signal, ref: false }).then(resolve, () =>
            resolve(),
          );
        });
      }
      if (this.#stopped.signal.aborted) return;
      try {
        if (this.#announced || (await this.#looksNew())) await this.#refresh();
      } catch (error) {
        this.#drop();
        this.#logger.warn(
          { problem: messageOf(error) },
          'policies could not be refreshed, the last known ones stay in use',
        );
        await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { ref: false });
      }
    }
  }

  /** Whether there are versions that have not been loaded: a look into the index of the table. */
  async #looksNew(): Promise<boolean> {
    const client = this.#client ?? (await this.#listen());
    const { rows } = await client.query<{ key: string; version: number }>({
      name: 'policy-versions',
      text: 'select key, max(version) as version from hub.config where key = any($1) group by key order by key',
      values: [[...this.#keys]],
    });
    return numbersOf(rows) !== this.#numbers;
  }

  async #refresh(): Promise<void> {
    this.#announced = false;
    const client = this.#client ?? (await this.#listen());
    const { rows } = await client.query<{ key: string; version: number; label: string; from: string; value: unknown }>(
      `select key, version, label, to_char(effective_from, 'YYYY-MM-DD') as from, value from hub.config where key = any($1) order by key, version`,
      [[...this.#keys]],
    );
    // Ordered by version: the last row of a key holds its highest number.
    this.#numbers = numbersOf([...new Map(rows.map((row) => [row.key, row])).values()]);
    const known = rows.map(({ key, label, from }) => `${key} ${label} ${from}`).join('\n');
    if (known === this.#known) return;
    this.#known = known;
    this.#snapshots = new Map(
      this.#keys.map((key) => [
        key,
        policySnapshot(
          rows
            .filter((row) => row.key === key)
            .map((row) => ({ version: row.label, effectiveFrom: row.from, value: row.value })),
        ),
      ]),
    );
    this.#logger.info({ versions: rows.map(({ key, label }) => `${key}@${label}`) }, 'policies loaded');
  }

  async #listen(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'autofin-hub policies',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
    });
    client.on('error', () => this.#drop());
    client.on('notification', () => {
      this.#announced = true;
      this.#wake();
    });
    await client.connect();
    await client.query('listen hub_config');
    this.#client = client;
    return client;
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    void client?.end().catch(() => undefined);
  }
}

function numbersOf(rows: readonly { key: string; version: number }[]): string {
  return rows.map(({ key, version }) => `${key} ${version}`).join('\n');
}
