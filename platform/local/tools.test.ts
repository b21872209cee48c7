import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeProblem } from './setup/node-version.mjs';
import { findJava, javaMajor, requireMaven } from './tools.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-tools-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('tools of the machine', () => {
  it('names a missing Java and a missing Maven, and how to get them', async () => {
    const env = { PATH: folder };
    await expect(findJava(env)).rejects.toMatchObject({
      code: 'MISSING_TOOL',
      message: expect.stringMatching(/^Java was not found.*openjdk-17.*KAFKA_BROKERS/),
    });
    await expect(requireMaven(env)).rejects.toMatchObject({
      code: 'MISSING_TOOL',
      message: expect.stringMatching(/^Maven.*apt-get install maven/),
    });
  });

  it('refuses a Java that is too old', async () => {
    const java = join(folder, 'java');
    writeFileSync(java, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    chmodSync(java, 0o755);
    await expect(findJava({ PATH: `${folder}:/bin:/usr/bin` })).rejects.toMatchObject({
      message: expect.stringMatching(/^Java is version 11, .*Java 17 or newer/),
    });
    rmSync(java);
  });

  it('reads the versions that JDKs print', () => {
    expect(javaMajor('java version "1.8.0_392"')).toBe(8);
    expect(javaMajor('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(javaMajor('openjdk version "21" 2023-09-19')).toBe(21);
    expect(javaMajor('no java here')).toBeUndefined();
  });

  it('tells an old Node from a new one', () => {
    expect(nodeProblem('20.19.0')).toBeUndefined();
    expect(nodeProblem('22.1.0')).toBeUndefined();
    expect(nodeProblem('20.18.3')).toMatch(/Node 20\.18\.3 is too old.*20\.19/);
    expect(nodeProblem('18.20.4')).toMatch(/too old/);
  });
});
