import { InvalidInputError, type FieldError } from '../errors.ts';
import {
  integer,
  jsonObject,
  networks,
  onOff,
  optionalText,
  path,
  setting,
  text,
  url,
  type Setting,
} from './setting.ts';

/** Everything the processes read from outside, once, at their edge; docs/settings.md is generated from it. */
export const SETTINGS = {
  home: setting('HUB_HOME', path('.data'), 'all data of this hub: embedded servers, secrets, logs, archive'),
  host: setting('HUB_HOST', text('127.0.0.1'), 'address the one origin (partner API, console, dashboards) listens on'),
  port: setting('HUB_PORT', integer(8080, 0, 65_535), 'port of the one origin'),
  databaseUrl: setting('DATABASE_URL', url('postgres:', 'postgresql:'), 'Postgres to use instead of the embedded one', {
    secret: true,
  }),
  kafkaBrokers: setting('KAFKA_BROKERS', optionalText(), 'Kafka to use instead of the embedded one: host:port, …'),
  clickhouseUrl: setting('CLICKHOUSE_URL', url('http:', 'https:'), 'ClickHouse to use instead of the embedded one', {
    secret: true,
  }),
  connectUrl: setting(
    'CONNECT_URL',
    url('http:', 'https:'),
    'Kafka Connect cluster for change capture; checked and shown by `hub status`, not used before there is a migration',
  ),
  kafkaClientConfig: setting(
    'KAFKA_CLIENT_CONFIG',
    jsonObject('librdkafka properties'),
    'librdkafka properties (SASL, TLS) as a JSON object, for every Kafka client',
    { secret: true },
  ),
  clickhouseDatabase: setting('CLICKHOUSE_DATABASE', text('hub'), 'ClickHouse database of the warehouse'),
  partitions: setting('HUB_PARTITIONS', integer(6, 1, 1_000), 'partitions of a topic the hub creates'),
  replication: setting('HUB_REPLICATION', integer(1, 1, 10), 'replication factor of a topic the hub creates'),
  trustedProxies: setting(
    'HUB_TRUSTED_PROXIES',
    networks(),
    'addresses and networks (CIDR, separated by commas) whose X-Forwarded-For is believed',
  ),
  sandboxes: setting(
    'HUB_SANDBOXES',
    onOff('on'),
    'play outside parties that have no address by their sandboxes; `off` in production',
  ),
  logLevel: setting('HUB_LOG_LEVEL', text('info'), 'trace, debug, info, warn, error, fatal or silent'),
} as const;

type ValueOf<Declared> = Declared extends Setting<infer Value> ? Value : never;

/** The settings of one process, typed by their declarations. */
export type Settings = { [Name in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[Name]> };

/** Reads the settings from environment variables. Throws InvalidInputError naming each variable that is wrong. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const errors: FieldError[] = [];
  const values = Object.fromEntries(
    Object.entries<Setting<unknown>>(SETTINGS).map(([name, { env: variable, parse }]) => {
      const parsed = parse(variable, env[variable]);
      if ('value' in parsed) return [name, parsed.value];
      errors.push({ pointer: variable, ...parsed });
      return [name, undefined];
    }),
  );
  if (errors.length > 0) throw new InvalidInputError('The settings are not usable', errors);
  return values as Settings;
}

/** Addresses of the servers in use, embedded or real. */
export interface Endpoints {
  databaseUrl: string;
  kafkaBrokers: string;
  clickhouseUrl: string;
}

/** A variable that is read beside the settings, before they exist or by one program only. */
export interface OtherVariable {
  env: string;
  default: string;
  description: string;
  secret?: boolean;
}

/** Variables of a hub that are not settings of every process. */
export const OTHER_VARIABLES: readonly OtherVariable[] = [
  {
    env: 'HUB_MASTER_KEY',
    default: '',
    secret: true,
    description: 'master key of personal data, 32 bytes in base64 or hex; every process of a hub needs the same',
  },
  {
    env: 'HUB_MASTER_KEY_FILE',
    default: '`HUB_HOME`/secrets/master.key',
    description: 'file with the master key; the default file is generated',
  },
  { env: 'HUB_KAFKA_HEAP_MB', default: '512', description: 'Java heap of the embedded Kafka, MiB' },
  { env: 'JAVA_HOME', default: '`java` on PATH', description: 'Java for the embedded Kafka' },
  {
    env: 'HUB_CACHE',
    default: '~/.cache/autofin-hub',
    description: 'where the jars of Kafka are kept, for all clones',
  },
  { env: 'XDG_CACHE_HOME', default: '~/.cache', description: 'parent folder of that cache when HUB_CACHE is not set' },
  {
    env: 'CLICKHOUSE_PASSWORD',
    default: '',
    secret: true,
    description: 'password the ClickHouse-compatible server asks for when it is started by itself',
  },
  { env: 'UV_THREADPOOL_SIZE', default: '16 a role', description: 'threads of a process; set by the supervisor' },
  { env: 'HUB_BUNDLE', default: 'dist/current', description: 'bundle the children run; set by bin/hub.mjs' },
];
