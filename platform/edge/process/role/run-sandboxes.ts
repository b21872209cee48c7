import type { HubModule } from '../../hub-module.ts';
import { endWithSupervisor, reportReady } from './supervised-process.ts';

/** What the sandboxes play is the same on every start. */
export const SANDBOX_SEED = 1;

/** Sent to the supervisor before ready: the settings that point the connectors at the sandboxes. */
interface SandboxMessage {
  sandboxEnv: Record<string, string>;
}

export function isSandboxMessage(message: unknown): message is SandboxMessage {
  return typeof message === 'object' && message !== null && 'sandboxEnv' in message;
}

/** The main of the process that plays the outside parties, apart from the supervisor: neither's load or crash is the other's. */
export async function runSandboxes(modules: readonly HubModule[]): Promise<void> {
  const running = await Promise.all(
    modules.flatMap((module) => module.sandboxes ?? []).map((sandbox) => sandbox.start({ seed: SANDBOX_SEED })),
  );
  endWithSupervisor(async () => {
    await Promise.all(running.map((sandbox) => sandbox.stop()));
  });
  const sandboxEnv = Object.assign({}, ...running.map(({ env }) => env)) as Record<string, string>;
  process.send?.({ sandboxEnv } satisfies SandboxMessage);
  reportReady();
}
