import type { Connection, Engine } from './engine.ts';
import { ServerError } from './server-errors.ts';

interface HeldSession {
  connection: Connection;
  busy: boolean;
  expiry: NodeJS.Timeout | null;
}

/** The sessions of `session_id`: each keeps a connection, with its temporary tables, settings and database, until it times out. */
export class HttpSessions {
  readonly #engine: Engine;
  readonly #sessions = new Map<string, HeldSession>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Takes the session for one query; it has to be given back by `release`.
   * @throws ServerError SESSION_IS_LOCKED while a query runs in it, SESSION_NOT_FOUND with `check` and no such session
   */
  take(key: string, check: boolean): Connection {
    let session = this.#sessions.get(key);
    if (session === undefined) {
      if (check) throw new ServerError(372, 'SESSION_NOT_FOUND', 'Session not found');
      session = { connection: this.#engine.connect(), busy: false, expiry: null };
      this.#sessions.set(key, session);
    }
    if (session.busy) throw new ServerError(373, 'SESSION_IS_LOCKED', 'Session is locked by a concurrent client');
    session.busy = true;
    if (session.expiry !== null) clearTimeout(session.expiry);
    return session.connection;
  }

  /** Gives the session back; it ends after `timeoutSeconds` without a query. */
  release(key: string, timeoutSeconds: number): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    session.busy = false;
    session.expiry = setTimeout(() => this.#end(key, session), timeoutSeconds * 1000);
    session.expiry.unref();
  }

  #end(key: string, session: HeldSession): void {
    this.#sessions.delete(key);
    this.#engine.disconnect(session.connection);
  }

  /** Ends the sessions in which nothing runs. */
  close(): void {
    for (const [key, session] of this.#sessions) {
      if (session.expiry !== null) clearTimeout(session.expiry);
      if (!session.busy) this.#end(key, session);
    }
  }
}
