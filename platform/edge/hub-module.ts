import type { FastifyInstance } from 'fastify';
import type { HubContext } from '../kernel/hub-context.ts';
import type { Worker } from '../kernel/worker.ts';
import type { CommandResults } from '../streaming/conservation/command-results.ts';
import type { ConservationSource } from '../streaming/conservation/source.ts';
import type { RelaySource } from '../streaming/relay/index.ts';
import type { Verb } from './cli/verb.ts';
import type { PartnerRoute } from './http/partner-route.ts';

/** A sandbox plays an outside party on loopback, for the demo and the tests only. */
export interface Sandbox {
  name: string;
  /** Starts on a free port; `env` are the settings that point the connector at it. */
  start(options: {
    seed: number;
    port?: number;
  }): Promise<{ url: string; env: Record<string, string>; stop(): Promise<void> }>;
}

/** What a room offers; hub.ts puts all of them together and holds no logic of its own. */
export interface HubModule {
  name: string;
  /** `partnerRoutes` are those of all modules, for the one that owns the partner API. */
  routes?(app: FastifyInstance, context: HubContext, partnerRoutes: readonly PartnerRoute[]): Promise<void> | void;
  partnerRoutes?: readonly PartnerRoute[];
  verbs?: readonly Verb[];
  workers?: readonly Worker[];
  /** Tables whose rows the relay publishes. */
  relays?: readonly RelaySource[];
  sandboxes?: readonly Sandbox[];
  /** Books of what it puts on topics, for `hub reconcile`. */
  conservation?: readonly ConservationSource[];
  commandResults?: readonly CommandResults[];
}
