import type { Part } from '../edge/process/part.ts';
import { clickhouse } from './clickhouse.ts';
import { kafka } from './kafka.ts';
import { postgres } from './postgres.ts';

/** The engines that `hub up` starts where no URL names a real server. */
export const EMBEDDED_PARTS: readonly Part[] = [kafka, postgres, clickhouse];
