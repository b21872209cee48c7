import { openContext } from './platform/context.ts';
import { resolveEndpoints } from './platform/config/endpoints.ts';
import { runCli } from './platform/cli/run.ts';
import type { HubModule } from './platform/module.ts';
import { processVerbs } from './platform/process/verbs.ts';

const modules: readonly HubModule[] = [];

const verbs = [...processVerbs(() => modules), ...modules.flatMap((module) => module.verbs ?? [])];

process.exitCode = await runCli(process.argv.slice(2), verbs, {
  env: process.env,
  openContext: (settings) => openContext({ process: 'cli', settings, endpoints: resolveEndpoints(settings) }),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
});
