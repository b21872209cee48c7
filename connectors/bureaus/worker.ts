import { startEffect } from '../../platform/effect-runtime/index.ts';
import type { HubContext, RunningWorker, Worker } from '../../platform/module.ts';
import { openPrivacy } from '../../platform/privacy/index.ts';
import { readConnectorSettings } from '../contract.ts';
import { BUREAU_ADAPTERS } from './adapters.ts';
import type { BureauAdapter } from './bureau.ts';
import { bureauEffect } from './bureau-effect.ts';
import { revealInBatches } from './reveal-batcher.ts';

/**
 * The worker that asks one bureau. Each bureau has a consumer group, a breaker and a window of its own, so that the outage of
 * one does not hold up the others. `takesUnknown`: it also dead-letters commands for bureaus nobody plays.
 */
export function bureauWorker(adapter: BureauAdapter, takesUnknown: boolean, env: Readonly<Record<string, string | undefined>> = process.env): Worker {
  return {
    name: adapter.name,
    role: 'connectors',
    start: async (context: HubContext): Promise<RunningWorker> => {
      const settings = readConnectorSettings(adapter.spec, env);
      const connection = adapter.open(settings);
      const known = new Set(BUREAU_ADAPTERS.map(({ bureau }) => bureau));
      const reveal = revealInBatches(await openPrivacy(context), `connector:${adapter.name}`);
      const effect = bureauEffect({
        bureau: adapter.bureau,
        connection,
        reveal,
        limits: adapter.limits(settings),
        consentDays: adapter.consentDays(settings),
        accepts: ({ bureau }) => bureau === adapter.bureau || (takesUnknown && !known.has(bureau)),
      });
      const worker = await startEffect(effect, context);
      return {
        unhealthy: () => worker.unhealthy?.(),
        stop: async () => {
          await worker.stop();
          await connection.close();
        },
      };
    },
  };
}
