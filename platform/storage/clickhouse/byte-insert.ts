import http from 'node:http';
import https from 'node:https';
import { ClickhouseError, errorOfAnswer } from './errors.ts';

export type InsertSettings = Readonly<Record<string, string | number>>;

/**
 * Inserts rows that are bytes already, over kept-alive HTTP connections. @clickhouse/client takes rows as objects or a stream and sends
 * them in many small pieces; here one buffer goes out as it is.
 */
export class ByteInserter {
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #agent: http.Agent;
  readonly #timeoutMs: number;

  constructor(url: string, database: string, options: { timeoutMs?: number } = {}) {
    this.#url = new URL(url);
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#headers = { 'x-clickhouse-database': database };
    if (this.#url.username !== '') {
      this.#headers['x-clickhouse-user'] = decodeURIComponent(this.#url.username);
      this.#headers['x-clickhouse-key'] = decodeURIComponent(this.#url.password);
    }
    this.#agent =
      this.#url.protocol === 'https:' ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
  }

  /**
   * Runs `statement` (INSERT … FORMAT …) with these rows; resolves once ClickHouse has them for good. `rows` must not change until then.
   * Rejects with ClickhouseError; without an answer (code 0) it is unknown whether the rows landed: repeat with the same token.
   */
  insert(statement: string, rows: Uint8Array, settings: InsertSettings): Promise<void> {
    const url = new URL(this.#url.pathname, this.#url);
    url.searchParams.set('query', statement);
    url.searchParams.set('wait_end_of_query', '1');
    for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, String(value));
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? https.request : http.request;
      const request = send(
        url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { ...this.#headers, 'content-length': rows.byteLength },
          timeout: this.#timeoutMs,
        },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('error', (cause) => reject(new ClickhouseError(0, 'the answer of ClickHouse broke off', cause)));
          answer.on('end', () => {
            const code = answer.headers['x-clickhouse-exception-code'];
            if (answer.statusCode === 200 && code === undefined) resolve();
            else
              reject(
                errorOfAnswer(
                  answer.statusCode ?? 0,
                  Array.isArray(code) ? code[0] : code,
                  Buffer.concat(pieces).toString('utf8'),
                ),
              );
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error('time-out')));
      request.on('error', (cause) =>
        reject(new ClickhouseError(0, `ClickHouse cannot be reached: ${cause.message}`, cause)),
      );
      request.end(rows);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
