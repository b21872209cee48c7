import type { HubContext } from './hub-context.ts';

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
