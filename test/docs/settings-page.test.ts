import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { projectPath } from '../../platform/kernel/project.ts';
import { documentedVariables, settingsPage } from './settings-page.ts';

/** Variables of npm, the shell and the tests' machine, which the set-up reads. */
const OF_THE_MACHINE = new Set(['PATH', 'JOBS', 'CHROMIUM_PATH', 'LC_ALL', 'CI']);

describe('docs/settings.md', () => {
  it('is what `npm run docs:settings` writes', () => {
    expect(readFileSync(projectPath('docs/settings.md'), 'utf8')).toBe(settingsPage());
  });

  it('names every variable that the code of the hub reads', () => {
    const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs'], { cwd: projectPath(), encoding: 'utf8' })
      .split('\n')
      .filter((file) => file !== '' && !file.startsWith('test/') && !/\.test\.ts$|^console\/web\//.test(file));
    const read = files.flatMap((file) =>
      [
        ...readFileSync(projectPath(file), 'utf8').matchAll(
          /\benv(?:\.([A-Z][A-Z0-9_]+)|\[\s*'([A-Z][A-Z0-9_]+)'\s*\])/g,
        ),
      ].map((match) => match[1] ?? match[2]!),
    );
    expect(read.length).toBeGreaterThan(5);
    expect(read.filter((name) => !documentedVariables.has(name) && !OF_THE_MACHINE.has(name))).toEqual([]);
  });
});
