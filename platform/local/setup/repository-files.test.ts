import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { projectPath } from '../../kernel/project.ts';

const read = (file: string): string => readFileSync(projectPath(file), 'utf8');

/** Libraries of ClickHouse for other platforms, which not every registry has; npm checks the others by their hash. */
const WITHOUT_INTEGRITY = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu'].map(
  (name) => `node_modules/@chdb/lib-${name}`,
);

describe('package-lock.json', () => {
  const { version, packages } = JSON.parse(read('package-lock.json')) as {
    version: string;
    packages: Record<string, { integrity?: string; resolved?: string; optional?: boolean }>;
  };

  it('has the integrity of every package, and no registry address', () => {
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    expect(entries.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual(
      WITHOUT_INTEGRITY,
    );
    expect(WITHOUT_INTEGRITY.every((path) => packages[path]?.optional)).toBe(true);
    expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('has the version of package.json and of the changelog', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(version);
    expect(read('CHANGELOG.md')).toContain(`## [${version}]`);
  });
});

describe('Dockerfile', () => {
  it('copies only what the repository or the build stage has', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY .*\/app\/(\S+) \S+$/gm)].map((match) => match[1]!);
    expect(copied).toContain('package.json');
    const built = ['node_modules', 'dist', '.cache'];
    expect(copied.filter((path) => !built.includes(path) && !existsSync(projectPath(path)))).toEqual([]);
    expect(read('Dockerfile')).toContain('\nUSER node\n');
  });
});

describe('pre-commit hook and devcontainer', () => {
  it('can be run', () => {
    expect(statSync(projectPath('.githooks/pre-commit')).mode & 0o111).not.toBe(0);
    const { postCreateCommand } = JSON.parse(read('.devcontainer/devcontainer.json')) as { postCreateCommand: string };
    expect(existsSync(projectPath(postCreateCommand.split(' ')[1]!))).toBe(true);
  });
});
