import type { ClickHouseClient } from '@clickhouse/client';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import type { EventDefinition } from '../models/events/index.ts';
import type { ConservationSource } from './conservation/source.ts';
import type { Verb } from './cli/verb.ts';
import type { Clock } from './clock.ts';
import type { Endpoints, Settings } from './config/settings.ts';
import type { PartnerRoute } from './http/partner-route.ts';
import type { Logger } from './observability/logger.ts';

/** What every worker, route and verb is given; built once per process by platform/context.ts. */
export interface HubContext {
  settings: Settings;
  endpoints: Endpoints;
  logger: Logger;
  metrics: Registry;
  clock: Clock;
  postgres: Pool;
  clickhouse: ClickHouseClient;
}

/** Processes of `hub up`; each can run alone on its own machine by `hub up --only <role>`. */
export const ROLES = ['web', 'relay', 'pipelines', 'connectors', 'sink', 'jobs'] as const;
export type Role = (typeof ROLES)[number];

export interface RunningWorker {
  /** Drains what is in flight, commits, lets go. */
  stop(): Promise<void>;
  /** Undefined while healthy, else what is wrong (shown by /readyz and `hub status`). */
  unhealthy?(): string | undefined;
}

export interface Worker {
  name: string;
  role: Role;
  start(context: HubContext): Promise<RunningWorker>;
}

/** A sandbox plays an outside party on loopback, for the demo and the tests only. */
export interface Sandbox {
  name: string;
  /** Starts on a free port; `env` are the settings that point the connector at it. */
  start(options: { seed: number; port?: number }): Promise<{ url: string; env: Record<string, string>; stop(): Promise<void> }>;
}

/** Commands that outside calls answer: each ends as exactly one result event or dead letter. */
export interface CommandResults {
  command: Pick<EventDefinition, 'topic'>;
  result: Pick<EventDefinition, 'topic' | 'type'>;
  /** The effects that share the commands among them (platform/effect-runtime): their names. */
  effects: readonly string[];
  /** Which of them a command is for, by its data (undefined: cannot be read); the others pass it over. */
  effectOf(command: unknown): string;
}

/** What a room offers; hub.ts puts all of them together and holds no logic of its own. */
export interface HubModule {
  name: string;
  /** `partnerRoutes` are those of all modules, for the one that owns the partner API. */
  routes?(app: FastifyInstance, context: HubContext, partnerRoutes: readonly PartnerRoute[]): Promise<void> | void;
  partnerRoutes?: readonly PartnerRoute[];
  verbs?: readonly Verb[];
  workers?: readonly Worker[];
  sandboxes?: readonly Sandbox[];
  /** Books of what it puts on topics, for `hub reconcile`. */
  conservation?: readonly ConservationSource[];
  commandResults?: readonly CommandResults[];
}
