import type { IncomingHttpHeaders } from 'node:http';
import { ServerError } from './server-errors.ts';

/** What a request asks for besides its statement: the parameters of ClickHouse's HTTP interface, sorted by meaning. */
export interface RequestParameters {
  query: string;
  database: string | null;
  defaultFormat: string | null;
  queryId: string | null;
  session: { id: string; timeoutSeconds: number; check: boolean } | null;
  /** Values of {name:Type} placeholders, in the escaped form of the URL. */
  queryParameters: Map<string, string>;
  /** Engine settings, by name; `readonly` is kept apart, for it must be set last. */
  settings: Map<string, string>;
  readonly: string | null;
  waitEndOfQuery: boolean;
  decompress: boolean;
  compress: boolean;
  user: string;
  password: string;
}

/** Parameters of the HTTP interface that are read here, or name things without effect on a server of one user. */
const RESERVED = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'compress',
  'decompress',
  'wait_end_of_query',
  'buffer_size',
  'client_protocol_version',
  'quota_key',
  'role',
  'readonly',
  'close_session',
  'stacktrace',
]);
const MAX_SESSION_TIMEOUT_SECONDS = 3600;
const DEFAULT_SESSION_TIMEOUT_SECONDS = 60;

/** Reads URL parameters and headers. @throws ServerError for a bad session timeout or contradicting credentials */
export function readParameters(url: URL, headers: IncomingHttpHeaders): RequestParameters {
  const get = (name: string): string | null => url.searchParams.get(name) || null;
  const settings = new Map<string, string>();
  const queryParameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) queryParameters.set(name.slice('param_'.length), value);
    else if (!RESERVED.has(name)) settings.set(name, value);
  }
  const sessionId = get('session_id');
  return {
    query: url.searchParams.get('query') ?? '',
    database: get('database') ?? header(headers, 'x-clickhouse-database'),
    defaultFormat: get('default_format') ?? header(headers, 'x-clickhouse-format'),
    queryId: get('query_id'),
    session:
      sessionId === null
        ? null
        : {
            id: sessionId,
            timeoutSeconds: sessionTimeout(get('session_timeout')),
            check: get('session_check') === '1',
          },
    queryParameters,
    settings,
    readonly: get('readonly'),
    waitEndOfQuery: isOn(get('wait_end_of_query')),
    compress: isOn(get('compress')),
    decompress: isOn(get('decompress')),
    ...credentials(url, headers),
  };
}

function isOn(value: string | null): boolean {
  return value === '1' || value === 'true';
}

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || null;
}

function sessionTimeout(text: string | null): number {
  if (text === null) return DEFAULT_SESSION_TIMEOUT_SECONDS;
  if (!/^\d+$/.test(text)) throw new ServerError(374, 'INVALID_SESSION_TIMEOUT', `Invalid session timeout: '${text}'`);
  const seconds = Number(text);
  if (seconds > MAX_SESSION_TIMEOUT_SECONDS) {
    throw new ServerError(
      374,
      'INVALID_SESSION_TIMEOUT',
      `Session timeout '${seconds}' is larger than max_session_timeout: ${MAX_SESSION_TIMEOUT_SECONDS}. Maximum session timeout could be modified in configuration file.`,
    );
  }
  return seconds;
}

function credentials(url: URL, headers: IncomingHttpHeaders): { user: string; password: string } {
  const basic = /^Basic\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const decoded = Buffer.from(basic, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    return colon < 0
      ? { user: decoded, password: '' }
      : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  return {
    user: header(headers, 'x-clickhouse-user') ?? url.searchParams.get('user') ?? 'default',
    password: header(headers, 'x-clickhouse-key') ?? url.searchParams.get('password') ?? '',
  };
}

/** A ClickHouse string literal. */
export function quoteString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A ClickHouse identifier in back-quotes. */
export function quoteIdentifier(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/**
 * The SET statement that gives a connection the settings and parameters of a request, or null when there are none.
 * The restriction `readonly` is the last in it, so that it does not refuse its own neighbours, as on a server.
 * @throws ServerError for a name that is no identifier
 */
export function settingsStatement(
  parameters: Pick<RequestParameters, 'settings' | 'queryParameters'>,
  readonly: string | null,
): string | null {
  const parts: string[] = [];
  for (const [name, value] of parameters.settings) {
    if (!/^[A-Za-z_][\w.]*$/.test(name)) throw new ServerError(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`);
    parts.push(`${name} = ${quoteString(value)}`);
  }
  for (const [name, value] of parameters.queryParameters) {
    if (!/^\w+$/.test(name)) throw ServerError.badArguments(`Invalid name of a query parameter: '${name}'`);
    parts.push(`param_${name} = ${quoteString(value)}`);
  }
  if (readonly !== null) parts.push(`readonly = ${quoteString(readonly)}`);
  return parts.length === 0 ? null : `SET ${parts.join(', ')}`;
}
