import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { quoteString } from './request-parameters.ts';
import { ServerError } from './server-errors.ts';

/** A query in progress. `marker` stands in its log_comment, for the embedded engine gives queries ids of its own. */
export interface RunningQuery {
  queryId: string;
  marker: string;
  finished: Promise<void>;
}

const KILL_RETRY_MS = 100;
const MARKER_SEPARATOR = '\u001f';

/** The queries in progress, by the id their client knows; stops them in the engine. */
export class RunningQueries {
  readonly #engine: Engine;
  readonly #running = new Map<string, RunningQuery>();
  #count = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws ServerError QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING */
  start(queryId: string): { query: RunningQuery; finish: () => void } {
    if (this.#running.has(queryId)) {
      throw new ServerError(
        216,
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
        `Query with id = ${queryId} is already running`,
      );
    }
    let settle: () => void = () => undefined;
    const query: RunningQuery = {
      queryId,
      marker: `http-${++this.#count}`,
      finished: new Promise((resolve) => (settle = resolve)),
    };
    this.#running.set(queryId, query);
    return {
      query,
      finish: () => {
        this.#running.delete(queryId);
        settle();
      },
    };
  }

  /** The log_comment under which the engine runs a query: the client's own, and the marker. */
  static comment(query: RunningQuery, own: string): string {
    return `${own}${MARKER_SEPARATOR}${query.marker}`;
  }

  /** Tells the engine to stop a query, as soon as it knows the query; resolves then, or when the query has ended by itself. */
  async cancel(query: RunningQuery): Promise<void> {
    let over = false;
    void query.finished.then(() => (over = true));
    const connection = this.#engine.connect();
    try {
      for (let told = false; !over && !told;) {
        const id = await this.#engineId(connection, query);
        if (id === null) await Promise.race([query.finished, sleep(KILL_RETRY_MS)]);
        else {
          await this.#engine.query(connection, `KILL QUERY WHERE query_id = ${quoteString(id)} ASYNC`, 'Null');
          told = true;
        }
      }
    } finally {
      this.#engine.disconnect(connection);
    }
  }

  /** Stops everything that runs, and waits for its end. */
  async cancelAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((query) => this.cancel(query)));
    await this.drained();
  }

  /** Resolves once nothing runs. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map((query) => query.finished));
  }

  /**
   * A KILL QUERY statement in which the ids of clients are replaced by the engine's, and SYNC by ASYNC: the embedded engine
   * never comes back from SYNC.
   */
  async translateKill(statement: string): Promise<string> {
    let text = statement.replace(/\bSYNC\b/i, 'ASYNC');
    const connection = this.#engine.connect();
    try {
      for (const query of this.#running.values()) {
        const literal = quoteString(query.queryId);
        if (!text.includes(literal)) continue;
        const id = await this.#engineId(connection, query);
        if (id !== null) text = text.replaceAll(literal, quoteString(id));
      }
    } finally {
      this.#engine.disconnect(connection);
    }
    return text;
  }

  async #engineId(connection: Parameters<Engine['query']>[0], query: RunningQuery): Promise<string | null> {
    const sql = `SELECT query_id FROM system.processes WHERE endsWith(Settings['log_comment'], ${quoteString(MARKER_SEPARATOR + query.marker)}) LIMIT 1`;
    const { bytes } = await this.#engine.query(connection, sql, 'TSV');
    return bytes.toString().trim() || null;
  }
}
