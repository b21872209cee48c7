import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (
      existsSync(manifest) &&
      (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'autofin-hub'
    )
      return dir;
    if (dir === dirname(dir)) throw new Error('autofin-hub: package.json of the project was not found above this file');
  }
}

const root = findRoot();

/** Absolute path of a file of the project (SQL, YAML, the web app), the same from sources and from the bundle in dist/. */
export function projectPath(...parts: string[]): string {
  return join(root, ...parts);
}

/** The version of the hub, from package.json. */
export function projectVersion(): string {
  return (JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string }).version;
}
