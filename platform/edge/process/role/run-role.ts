import { openContext } from '../open-context.ts';
import { resolveEndpoints } from '../../../kernel/config/endpoints.ts';
import type { Settings } from '../../../kernel/config/settings.ts';
import { endWithSupervisor, EXIT_UNREACHABLE, reportReady } from './supervised-process.ts';
import type { HubModule } from '../../hub-module.ts';
import type { Role, RunningWorker } from '../../../kernel/worker.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startMetricsListener } from './metrics-listener.ts';
import { isUnreachable } from '../unreachable.ts';

/**
 * The main of one role process: starts every worker of the role, says ready, and on SIGTERM (or when the supervisor is gone)
 * drains and stops them in reverse order.
 */
export async function runRole(role: Role, settings: Settings, modules: readonly HubModule[]): Promise<void> {
  const context = await openContext({ process: role, settings, endpoints: resolveEndpoints(settings) });
  const started: { name: string; worker: RunningWorker }[] = [];
  const problems = (): string[] =>
    started.flatMap(({ name, worker }) => {
      const problem = worker.unhealthy?.();
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
  const metrics = await startMetricsListener(context, problems);
  const heartbeat = startHeartbeat(context, { role, metricsUrl: metrics.url, problems });
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    for (const { worker } of started.reverse()) await worker.stop();
    await heartbeat.stop();
    await metrics.stop();
    await context.close();
  };
  endWithSupervisor(stop);
  for (const worker of modules
    .flatMap((module) => module.workers ?? [])
    .filter((candidate) => candidate.role === role)) {
    if (stopping) return;
    const running = await worker.start(context).catch((error: unknown) => {
      context.logger.fatal({ err: error, worker: worker.name }, 'the worker cannot start');
      // Connections, timers and the channel to the supervisor would keep a process alive that does nothing: it ends here and is started again.
      process.exit(isUnreachable(error) ? EXIT_UNREACHABLE : 1);
    });
    started.push({ name: worker.name, worker: running });
    context.logger.info({ worker: worker.name }, 'worker started');
  }
  reportReady();
}
