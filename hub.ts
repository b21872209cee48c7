import { bureausModule } from './connectors/bureaus/index.ts';
import { connectorsModule } from './connectors/index.ts';
import { intakeModule } from './connectors/intake/index.ts';
import { dashboardsModule } from './dashboards/index.ts';
import { reviewDeskModule } from './dashboards/review-desk/index.ts';
import { backtestVerb } from './pipelines/backtest/verb.ts';
import { PIPELINES } from './pipelines/index.ts';
import { servicingModule } from './pipelines/servicing/index.ts';
import { runCli } from './platform/cli/run.ts';
import { configurationModule } from './platform/configuration/index.ts';
import { resolveEndpoints } from './platform/config/endpoints.ts';
import { conservationModule, reconcileOver } from './platform/conservation/index.ts';
import { openContext } from './platform/context.ts';
import { deadLettersModule } from './platform/dead-letters/index.ts';
import type { HubModule } from './platform/module.ts';
import { pipelineWorkers } from './platform/pipeline-runtime/index.ts';
import { processVerbs } from './platform/process/verbs.ts';
import { webWorker } from './platform/process/web.ts';
import { modelVerbs } from './platform/warehouse-models/verbs.ts';
import { warehouseModule } from './platform/warehouse-sink/index.ts';
import { demoVerb } from './test/demo/demo.ts';

const reconcile = reconcileOver(() => modules);

/** Every room of the hub. The console comes first: it guards the routes under /api that the others add. */
const modules: readonly HubModule[] = [
  dashboardsModule,
  intakeModule,
  reviewDeskModule,
  connectorsModule,
  bureausModule,
  { name: 'pipelines', workers: pipelineWorkers(PIPELINES), verbs: [backtestVerb] },
  servicingModule,
  warehouseModule,
  { name: 'models', verbs: modelVerbs },
  deadLettersModule,
  conservationModule(reconcile),
  configurationModule,
  { name: 'web', workers: [webWorker(() => modules)] },
];

const verbs = [...processVerbs(() => modules), ...modules.flatMap((module) => module.verbs ?? []), demoVerb({ modules: () => modules, reconcile })];

process.exitCode = await runCli(process.argv.slice(2), verbs, {
  env: process.env,
  openContext: (settings) => openContext({ process: 'cli', settings, endpoints: resolveEndpoints(settings) }),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
});
