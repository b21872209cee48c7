import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoteString } from './request-parameters.ts';
import { parseEngineError } from './server-errors.ts';

declare const nativeConnection: unique symbol;
/** A connection of the embedded engine: it has settings, temporary tables and a current database of its own. */
export type Connection = { readonly [nativeConnection]: true };

interface NativeQueryResult {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  elapsed: number;
}

interface NativeInsertResult {
  rowsWritten: number;
  bytesWritten: number;
  elapsed: number;
}

/** The addon below chDB's Session class, which offers neither other formats than eight for raw inserts nor cheap connections. */
interface NativeAddon {
  CreateConnection(path: string, args?: readonly string[]): Connection;
  CloseConnection(connection: Connection): void;
  QueryWithConnection(connection: Connection, sql: string, format: string): string;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<NativeQueryResult>;
  InsertRawAsyncConnection(
    connection: Connection,
    prefix: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<NativeInsertResult>;
}

/** What the hub's server changes of the embedded engine's defaults so that it behaves like a server. */
const SERVER_LIKE = 'SET implicit_select = 0';
const LOCK_RETRY_MS = 200;

/** Thrown when the data directory cannot be opened, mostly because another process holds it. */
export class DirectoryInUse extends Error {
  constructor(path: string, cause: unknown) {
    super(
      `cannot open the ClickHouse data directory ${path}: another process is using it (one server per directory), or it is not readable. Stop the other server or choose another --path. (${cause instanceof Error ? cause.message : String(cause)})`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * The embedded ClickHouse engine on one data directory. All queries run on libuv's thread pool; connections are cheap
 * (0.2 ms), so each request has its own.
 */
export class Engine {
  readonly version: string;
  readonly timezone: string;
  readonly displayName: string;
  readonly #addon: NativeAddon;
  readonly #path: string;
  /** Kept open for the life of the process: the engine shuts down with its last connection. */
  readonly #root: Connection;

  private constructor(addon: NativeAddon, path: string, root: Connection) {
    this.#addon = addon;
    this.#path = path;
    this.#root = root;
    const [version, timezone, displayName] = addon
      .QueryWithConnection(root, 'SELECT version(), serverTimezone(), displayName()', 'TSV')
      .trimEnd()
      .split('\t') as [string, string, string];
    this.version = version;
    this.timezone = timezone;
    this.displayName = displayName;
  }

  /**
   * Opens the directory, waiting up to `patienceMs` for a process that is just giving it up.
   * @throws DirectoryInUse
   */
  static async open(path: string, args: readonly string[], patienceMs: number): Promise<Engine> {
    const require = createRequire(import.meta.url);
    const loader = require(join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js')) as {
      loadNative(): NativeAddon;
    };
    const addon = loader.loadNative();
    const deadline = Date.now() + patienceMs;
    for (;;) {
      try {
        return new Engine(addon, path, addon.CreateConnection(path, args));
      } catch (error) {
        if (Date.now() >= deadline) throw new DirectoryInUse(path, error);
        await sleep(LOCK_RETRY_MS);
      }
    }
  }

  /** A new connection with a server's defaults. */
  connect(): Connection {
    const connection = this.#addon.CreateConnection(this.#path);
    this.set(connection, SERVER_LIKE);
    return connection;
  }

  /** Nothing may be running on it. */
  disconnect(connection: Connection): void {
    this.#addon.CloseConnection(connection);
  }

  /** Runs a SET or USE at once (0.3 ms). @throws ServerError */
  set(connection: Connection, sql: string): void {
    try {
      this.#addon.QueryWithConnection(connection, sql, 'Null');
    } catch (error) {
      throw engineError(error);
    }
  }

  /** The values of those named settings that differ from their defaults. @throws ServerError */
  changedSettings(connection: Connection, names: readonly string[]): Map<string, string> {
    if (names.length === 0) return new Map();
    const list = names.map(quoteString).join(', ');
    try {
      const lines = this.#addon.QueryWithConnection(
        connection,
        `SELECT name, value FROM system.settings WHERE changed AND name IN (${list})`,
        'JSONCompactEachRow',
      );
      return new Map(
        lines
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as [string, string]),
      );
    } catch (error) {
      throw engineError(error);
    }
  }

  /** Runs a statement; its whole result is in memory. @throws ServerError */
  async query(connection: Connection, sql: string, format: string): Promise<{ bytes: Buffer; rows: number }> {
    try {
      const result = await this.#addon.QueryAsyncConnection(connection, sql, format);
      return {
        bytes: Buffer.from(result.bytes.buffer, result.bytes.byteOffset, result.bytes.byteLength),
        rows: result.rowsRead,
      };
    } catch (error) {
      throw engineError(error);
    }
  }

  /** Runs an INSERT with its rows, of any format, without copying them. `data` must not change meanwhile. @throws ServerError */
  async insert(connection: Connection, statement: string, data: Buffer): Promise<{ rows: number; bytes: number }> {
    try {
      const result = await this.#addon.InsertRawAsyncConnection(connection, statement, data, false);
      return { rows: result.rowsWritten, bytes: result.bytesWritten };
    } catch (error) {
      throw engineError(error);
    }
  }

  /** Gives the directory up. Nothing may be running. */
  close(): void {
    this.#addon.CloseConnection(this.#root);
  }
}

function engineError(error: unknown): Error {
  return parseEngineError(error instanceof Error ? error.message : String(error));
}
