import type { EmbeddedServer } from '../edge/process/supervisor/embedded-server.ts';
import { clickhouse } from './clickhouse.ts';
import { kafka } from './kafka.ts';
import { postgres } from './postgres.ts';

/** The servers that `hub up` starts where no URL names a real server. */
export const EMBEDDED_SERVERS: readonly EmbeddedServer[] = [kafka, postgres, clickhouse];
