import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { InvalidInputError, type FieldError } from '../errors.ts';

/** Everything the processes read from outside, once, at their edge. All take effect at restart. */
export interface Settings {
  /** All data of this hub: embedded parts, secrets, logs, archive. */
  home: string;
  /** Address and port of the one origin (partner API, console, dashboards). */
  host: string;
  port: number;
  /** Set: this server is used instead of the embedded part. */
  databaseUrl: string | undefined;
  kafkaBrokers: string | undefined;
  clickhouseUrl: string | undefined;
  connectUrl: string | undefined;
  /** Extra librdkafka properties as JSON (SASL, TLS), given to every client. */
  kafkaClientConfig: Record<string, string | number | boolean>;
  clickhouseDatabase: string;
  /** Partitions of a topic created by the hub. */
  partitions: number;
  /** Replication factor of a topic created by the hub. */
  replication: number;
  /** Addresses and networks whose X-Forwarded-For is believed; empty: the sender is who connects. */
  trustedProxies: string[];
  /** Play outside parties that have no address set by their sandboxes (never in production). */
  sandboxes: boolean;
  logLevel: string;
}

/** Reads the settings from environment variables. Throws InvalidInputError naming each variable that is wrong. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const errors: FieldError[] = [];
  const integer = (name: string, fallback: number, minimum: number, maximum: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      errors.push({
        pointer: name,
        code: 'OUT_OF_RANGE',
        detail: `${name}=${text} must be a whole number from ${minimum} to ${maximum}`,
      });
    return value;
  };
  const choice = (name: string, allowed: readonly string[]): string => {
    const text = env[name] || allowed[0]!;
    if (!allowed.includes(text))
      errors.push({
        pointer: name,
        code: 'NOT_ALLOWED',
        detail: `${name}=${text} must be one of ${allowed.join(', ')}`,
      });
    return text;
  };
  const optional = (name: string): string | undefined => env[name] || undefined;
  const url = (name: string, protocols: readonly string[]): string | undefined => {
    const text = optional(name);
    if (text === undefined) return undefined;
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
      errors.push({ pointer: name, code: 'NOT_A_URL', detail: `${name} must be a URL with ${protocols.join(' or ')}` });
    return text;
  };
  const networks = (name: string): string[] => {
    const list = (env[name] ?? '')
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '');
    for (const text of list) {
      const [address = '', prefix] = text.split('/');
      const bits = isIP(address) === 4 ? 32 : 128;
      if (isIP(address) === 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)))
        errors.push({
          pointer: name,
          code: 'NOT_A_NETWORK',
          detail: `${name}: ${text} must be an address or network such as 10.0.0.0/8`,
        });
    }
    return list;
  };
  const clientConfig = (): Settings['kafkaClientConfig'] => {
    const text = optional('KAFKA_CLIENT_CONFIG');
    if (text === undefined) return {};
    try {
      return JSON.parse(text) as Settings['kafkaClientConfig'];
    } catch {
      errors.push({
        pointer: 'KAFKA_CLIENT_CONFIG',
        code: 'NOT_JSON',
        detail: 'KAFKA_CLIENT_CONFIG must be a JSON object of librdkafka properties',
      });
      return {};
    }
  };
  const settings: Settings = {
    home: resolve(env.HUB_HOME || '.data'),
    host: env.HUB_HOST || '127.0.0.1',
    port: integer('HUB_PORT', 8080, 0, 65535),
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    kafkaBrokers: optional('KAFKA_BROKERS'),
    clickhouseUrl: url('CLICKHOUSE_URL', ['http:', 'https:']),
    connectUrl: url('CONNECT_URL', ['http:', 'https:']),
    kafkaClientConfig: clientConfig(),
    clickhouseDatabase: env.CLICKHOUSE_DATABASE || 'hub',
    partitions: integer('HUB_PARTITIONS', 6, 1, 1000),
    replication: integer('HUB_REPLICATION', 1, 1, 10),
    trustedProxies: networks('HUB_TRUSTED_PROXIES'),
    sandboxes: choice('HUB_SANDBOXES', ['on', 'off']) === 'on',
    logLevel: env.HUB_LOG_LEVEL || 'info',
  };
  if (errors.length > 0) throw new InvalidInputError('The settings are not usable', errors);
  return settings;
}

/** Addresses of the servers in use, embedded or real. */
export interface Endpoints {
  databaseUrl: string;
  kafkaBrokers: string;
  clickhouseUrl: string;
}
