import type { Connection, Engine } from './engine.ts';
import type { HttpSessions } from './http-sessions.ts';
import { quoteIdentifier, quoteString, settingsStatement, type RequestParameters } from './request-parameters.ts';
import { ServerError } from './server-errors.ts';
import type { Statement } from './statement.ts';

/** A connection made ready for one request, and how to give it back. */
export interface RequestContext {
  connection: Connection;
  release(): void;
}

const ALLOWED_READONLY = new Set(['SET', 'USE']);

/**
 * Takes the session's connection, or a new one, and gives it the database, settings and parameters of the request.
 * A GET is read-only, as on a server. Settings of a request that belongs to a session last for that request alone.
 * @throws ServerError for an unknown database or setting, a locked or unknown session, a write in read-only mode
 */
export function openContext(
  engine: Engine,
  sessions: HttpSessions,
  parameters: RequestParameters,
  options: { method: string; comment: string; statement: Statement },
): RequestContext {
  const readonly =
    parameters.readonly !== null && parameters.readonly !== '0'
      ? parameters.readonly
      : options.method === 'POST'
        ? null
        : '2';
  const withComment = { ...parameters, settings: new Map([...parameters.settings, ['log_comment', options.comment]]) };
  const { session } = parameters;
  if (session === null) {
    const connection = engine.connect();
    const release = (): void => engine.disconnect(connection);
    try {
      if (parameters.database !== null) engine.set(connection, `USE ${quoteIdentifier(parameters.database)}`);
      const set = settingsStatement(withComment, readonly);
      if (set !== null) engine.set(connection, set);
    } catch (error) {
      release();
      throw error;
    }
    return { connection, release };
  }

  if (readonly !== null) refuseWrite(options.statement);
  const key = `${parameters.user}\n${session.id}`;
  const connection = sessions.take(key, session.check);
  let restore: () => void = () => undefined;
  const release = (): void => {
    try {
      restore();
    } finally {
      sessions.release(key, session.timeoutSeconds);
    }
  };
  try {
    if (parameters.database !== null) engine.set(connection, `USE ${quoteIdentifier(parameters.database)}`);
    restore = applyForOneQuery(engine, connection, withComment);
  } catch (error) {
    release();
    throw error;
  }
  return { connection, release };
}

/** A session's connection cannot leave read-only mode again, so there the rule is kept here. */
function refuseWrite(statement: Statement): void {
  if (statement.kind === 'insert' || (statement.kind === 'other' && !ALLOWED_READONLY.has(statement.keyword))) {
    throw new ServerError(164, 'READONLY', 'default: Cannot execute query in readonly mode');
  }
}

function applyForOneQuery(
  engine: Engine,
  connection: Connection,
  parameters: Pick<RequestParameters, 'settings' | 'queryParameters'>,
): () => void {
  const names = [...parameters.settings.keys()];
  const before = engine.changedSettings(connection, names);
  const set = settingsStatement(parameters, null);
  if (set !== null) engine.set(connection, set);
  return () => {
    const parts = names.map(
      (name) => `${name} = ${before.has(name) ? quoteString(before.get(name) as string) : 'DEFAULT'}`,
    );
    if (parts.length > 0) engine.set(connection, `SET ${parts.join(', ')}`);
  };
}
