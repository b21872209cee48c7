import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '../../kernel/errors.ts';
import { projectPath } from '../../kernel/project.ts';

/**
 * The bundled JavaScript of an entry point (platform/local/build.mjs), for a child process: from the bundle this process itself runs
 * (HUB_BUNDLE, set by bin/hub.mjs), so that a hub never mixes two builds; else from the newest. Throws when nothing has been built.
 */
export function bundledEntry(source: string): string {
  const file = join(process.env['HUB_BUNDLE'] || projectPath('dist', 'current'), source.replace(/\.ts$/, '.js'));
  if (!existsSync(file))
    throw new HubError('NOT_BUILT', `${source} has not been bundled. Run: node platform/local/build.mjs`);
  // The real path stays valid when a later build moves `current` on.
  return realpathSync(file);
}
