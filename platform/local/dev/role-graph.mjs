import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files from which the code of a role is reached; `web` serves the routes of every room and is reached from hub.ts. */
const ROOTS = {
  web: ['hub.ts'],
  relay: [
    'connectors/intake/api/relay-worker.ts',
    'connectors/intake/api/attachments/attachment-relay.ts',
    'console/review-desk/command-relay.ts',
    'platform/streaming/dead-letters/replay-relay.ts',
    'platform/streaming/effect-runtime/outcome-relay.ts',
    'platform/edge/relay-module.ts',
  ],
  pipelines: ['pipelines/index.ts'],
  connectors: ['connectors/index.ts', 'connectors/intake/callbacks/callback-worker.ts'],
  sandboxes: ['connectors/bureaus/sandbox/index.ts'],
  sink: ['platform/streaming/warehouse-sink/index.ts'],
  jobs: [
    'console/review-desk/task-clock.ts',
    'console/review-desk/task-index.ts',
    'platform/streaming/dead-letters/indexer.ts',
  ],
};
/** What every role runs. */
const SHARED = ['platform/edge/process/role/run-role.ts'];

/**
 * The roles whose module graph, by the bundle's metafile, holds one of the files (paths from the root of the project).
 * @param {string} bundle folder of the bundle
 * @param {readonly string[]} files
 * @returns {string[]}
 */
export function rolesToRestart(bundle, files) {
  const { inputs } = JSON.parse(readFileSync(join(bundle, 'meta.json'), 'utf8'));
  return Object.entries(ROOTS)
    .filter(([, roots]) => {
      const graph = reachable(inputs, [...roots, ...SHARED]);
      return files.some((file) => graph.has(file));
    })
    .map(([role]) => role);
}

/** Throws when a root is not in the bundle: it was renamed. */
function reachable(inputs, roots) {
  const seen = new Set();
  const open = [...roots];
  for (const root of roots) if (inputs[root] === undefined) throw new Error(`${root} is not in the bundle (see ROOTS)`);
  while (open.length > 0) {
    const file = open.pop();
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { path } of inputs[file]?.imports ?? []) open.push(path);
  }
  return seen;
}
