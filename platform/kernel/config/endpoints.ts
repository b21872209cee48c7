import { join } from 'node:path';
import { HubError } from '../errors.ts';
import { readJson, writeFileAtomic } from '../home.ts';
import type { Endpoints, Settings } from './settings.ts';

const fileOf = (home: string): string => join(home, 'secrets', 'endpoints.json');

/** Leaves the addresses of the running servers where the verbs of this hub find them (0600: the database URL holds a password). */
export function publishEndpoints(home: string, endpoints: Endpoints): void {
  writeFileAtomic(fileOf(home), JSON.stringify(endpoints), 0o600);
}

/** The servers to talk to: those of the settings, else the embedded ones of a hub running on this home. Throws HUB_NOT_RUNNING or CorruptFileError. */
export function resolveEndpoints(settings: Settings): Endpoints {
  const { databaseUrl, kafkaBrokers, clickhouseUrl } = settings;
  if (databaseUrl !== undefined && kafkaBrokers !== undefined && clickhouseUrl !== undefined)
    return { databaseUrl, kafkaBrokers, clickhouseUrl };
  const running = readJson<Endpoints>(fileOf(settings.home));
  if (running === undefined)
    throw new HubError(
      'HUB_NOT_RUNNING',
      `No hub has been started on ${settings.home}: run \`npx hub up\`, or set DATABASE_URL, KAFKA_BROKERS and CLICKHOUSE_URL`,
    );
  return {
    databaseUrl: databaseUrl ?? running.databaseUrl,
    kafkaBrokers: kafkaBrokers ?? running.kafkaBrokers,
    clickhouseUrl: clickhouseUrl ?? running.clickhouseUrl,
  };
}
