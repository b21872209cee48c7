import { creditReportReceived, creditReportRequested } from '../../models/events/index.ts';
import type { HubModule } from '../../platform/edge/hub-module.ts';
import { BUREAU_ADAPTERS, bureauFor } from './adapters.ts';
import { bureauEffectName } from './bureau-effect.ts';
import { bureauSandboxes } from './sandbox/index.ts';
import { bureauWorker } from './worker.ts';

export { BUREAU_ADAPTERS } from './adapters.ts';

/** Credit bureaus: one worker each in the role `connectors`, and the sandboxes that play them. */
export const bureausModule: HubModule = {
  name: 'bureaus',
  workers: BUREAU_ADAPTERS.map((adapter) => bureauWorker(adapter)),
  sandboxes: bureauSandboxes,
  commandResults: [
    {
      command: creditReportRequested,
      result: creditReportReceived,
      effects: BUREAU_ADAPTERS.map(({ bureau }) => bureauEffectName(bureau)),
      effectOf: (command) => bureauEffectName(bureauFor(command)),
    },
  ],
};
