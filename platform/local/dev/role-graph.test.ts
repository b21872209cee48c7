import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLES } from '../../kernel/worker.ts';
import { projectPath } from '../../kernel/project.ts';
import { ensureBuilt } from '../build.mjs';
import { rolesToRestart } from './role-graph.mjs';

let dist: string;
let bundle: string;
beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'hub-dev-'));
  bundle = await ensureBuilt({ dist });
});
afterAll(() => rmSync(dist, { recursive: true }));

describe('the roles to restart after a change', () => {
  it('are those whose module graph holds the file', () => {
    expect(rolesToRestart(bundle, ['platform/streaming/warehouse-sink/sink.ts'])).toEqual(['web', 'sink']);
    expect(rolesToRestart(bundle, ['platform/kernel/clock.ts'])).toEqual(expect.arrayContaining([...ROLES]));
    expect(rolesToRestart(bundle, ['docs/domain.md'])).toEqual([]);
  });

  it('are known for every worker: each file that declares one belongs to its role', () => {
    const declared = execFileSync(
      'git',
      ['grep', '-nE', "^ *role: '[a-z]+',$", '--', '*.ts', ':!*.test.ts', ':!test'],
      {
        cwd: projectPath(),
        encoding: 'utf8',
      },
    )
      .trim()
      .split('\n')
      .map((line) => /^(.*?):\d+: *role: '([a-z]+)'/.exec(line)!);
    expect(declared.length).toBeGreaterThan(5);
    for (const [, file, role] of declared)
      expect([file, rolesToRestart(bundle, [file!])]).toEqual([file, expect.arrayContaining([role])]);
    expect(readFileSync(join(bundle, 'meta.json'), 'utf8')).toContain('"inputs"');
  });
});
