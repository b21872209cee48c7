import pg from 'pg';

/** First half of the advisory lock's key; the second is a hash of pipeline and number. */
const LOCK_SPACE = 4711;

/**
 * The lowest number no other live worker of this pipeline holds, as a session lock of Postgres: it names the worker's
 * transactional id. A worker that was killed loses its number at once, its successor takes it, and by the same
 * transactional id Kafka aborts the open transaction of the dead one, which readers of committed records would otherwise wait
 * on for 10 s. Only speed rests on it: two workers with one number fence each other, and lose nothing.
 */
export class WorkerSlot {
  readonly #url: string;
  readonly #pipeline: string;
  #client: pg.Client | undefined;
  #number = 0;

  constructor(url: string, pipeline: string) {
    this.#url = url;
    this.#pipeline = pipeline;
  }

  /** The number, taken anew when the session that held it is gone. Rejects with the driver's error. */
  async acquire(): Promise<number> {
    if (this.#client !== undefined) return this.#number;
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: `autofin-hub slot ${this.#pipeline}`,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
    });
    client.on('error', () => this.release());
    await client.connect();
    for (let number = 0; ; number += 1) {
      const { rows } = await client.query<{ taken: boolean }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as taken',
        [LOCK_SPACE, `${this.#pipeline}/${number}`],
      );
      if (rows[0]?.taken !== true) continue;
      this.#client = client;
      this.#number = number;
      return number;
    }
  }

  /** Lets the number go. */
  release(): void {
    const client = this.#client;
    this.#client = undefined;
    void client?.end().catch(() => undefined);
  }
}
