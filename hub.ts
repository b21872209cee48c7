import { bureausModule } from './connectors/bureaus/index.ts';
import { connectorsModule } from './connectors/index.ts';
import { intakeModule } from './connectors/intake/index.ts';
import { consoleModules } from './console/index.ts';
import { dashboardsModule } from './dashboards/index.ts';
import { pipelinesModule } from './pipelines/index.ts';
import { runCli } from './platform/edge/cli/run.ts';
import type { HubModule } from './platform/edge/hub-module.ts';
import { platformModule } from './platform/edge/platform-module.ts';
import { relayModule } from './platform/edge/relay-module.ts';
import { openContext } from './platform/edge/process/open-context.ts';
import { processVerbs } from './platform/edge/process/verbs.ts';
import { webWorker } from './platform/edge/process/web-worker.ts';
import { resolveEndpoints } from './platform/kernel/config/endpoints.ts';
import { EMBEDDED_SERVERS } from './platform/local/embedded-servers.ts';
import { reconcileOver } from './platform/streaming/conservation/index.ts';
import { demoVerb } from './test/demo/demo.ts';
import { backtestVerb } from './tools/backtest/index.ts';

const reconcile = reconcileOver(() => modules);

/** Every room of the hub. The console comes first: it guards the routes under /api that the others add. */
const modules: readonly HubModule[] = [
  ...consoleModules(reconcile),
  dashboardsModule,
  intakeModule,
  connectorsModule,
  bureausModule,
  pipelinesModule,
  platformModule,
  relayModule(() => modules),
  { name: 'web', workers: [webWorker(() => modules)] },
];

const verbs = [
  ...processVerbs(() => modules, EMBEDDED_SERVERS),
  ...modules.flatMap((module) => module.verbs ?? []),
  backtestVerb,
  demoVerb({ modules: () => modules, servers: EMBEDDED_SERVERS, reconcile }),
];

process.exitCode = await runCli(process.argv.slice(2), verbs, {
  env: process.env,
  openContext: (settings) => openContext({ process: 'cli', settings, endpoints: resolveEndpoints(settings) }),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
});
