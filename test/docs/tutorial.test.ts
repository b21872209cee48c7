import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { projectPath } from '../../platform/kernel/project.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/hub-process.ts';
import { applyChange } from './apply-change.ts';
import { blocksOf, readDocument, type Block } from './documents.ts';

/** Not the tests of the hub either: they would only make the type check longer. */
const NOT_COPIED =
  /^(node_modules|dist|docs|\.data|\.git|test\/(acceptance|bench|browser|chaos|docs|integration|vectors))$|\.test\.tsx?$/;
const STARTED_WITHIN_MS = 600_000;
const READY = 'The hub stays up';

const tutorial = readDocument('docs/tutorial.md');
const blocks = blocksOf(tutorial);
const steps = blocks.filter(({ language, info }) => language !== 'bash' || info === '');
const started = blocks.findIndex(({ info }) => info === 'background');

let copy = '';
let environment: NodeJS.ProcessEnv = {};
let hub: ChildProcess | undefined;
let hubLog = '';

/** Does what a reader does with a block; what a command prints. Rejects with its output when it fails. */
async function follow({ language, info, text }: Block): Promise<string> {
  if (language === 'bash') return run(text);
  const file = join(copy, info);
  if (language === 'diff') {
    await writeFile(file, applyChange(await readFile(file, 'utf8'), text));
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
  return '';
}

function run(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('bash', ['-euo', 'pipefail', '-c', script], { cwd: copy, env: environment }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script}\n${stdout}\n${stderr}\n${hubLog.slice(-2_000)}`));
    });
  });
}

/** `npx hub …` without npx, which would end before the hub does. */
function startHub(command: string): ChildProcess {
  const args = command.trim().split(' ').slice(2);
  const child = spawn(process.execPath, ['bin/hub.mjs', ...args], { cwd: copy, env: environment });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (hubLog = (hubLog + chunk.toString()).slice(-32_000)));
  return child;
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'autofin-tutorial-'));
  await cp(projectPath(), copy, { recursive: true, filter: (path) => !NOT_COPIED.test(relative(projectPath(), path)) });
  await symlink(projectPath('node_modules'), join(copy, 'node_modules'));
  environment = {
    ...process.env,
    NODE_OPTIONS: '',
    HUB_HOME: '',
    HUB_PORT: String(await freePort()),
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
    CLICKHOUSE_URL: '',
  };
});

afterAll(async () => {
  if (hub !== undefined && hub.exitCode === null) {
    const ended = new Promise((resolve) => hub?.once('exit', resolve));
    hub.kill('SIGTERM');
    await ended;
  }
  await rm(copy, { recursive: true, force: true });
});

describe('docs/tutorial.md', () => {
  it('names the file of every block above it', () => {
    const unnamed = blocks
      .filter(({ language, info }) => language !== 'bash' && language !== 'diff' && info !== '')
      .filter(({ language, info }) => !tutorial.text.includes(`\`${info}\`\n\n\`\`\`${language} ${info}\n`));
    expect(unnamed).toEqual([]);
  });

  it(
    'can be followed up to the start: files, changes and their checks',
    async () => {
      for (const block of steps.slice(0, started)) await follow(block);
    },
    STARTED_WITHIN_MS,
  );

  it(
    'ends with trackers ordered and shipped, to be seen in the warehouse',
    async () => {
      hub = startHub(blocks[started]!.text);
      await eventually(async () => {
        if (hub?.exitCode !== null) throw new Error(`the hub ended\n${hubLog}`);
        if (!hubLog.includes(READY)) throw new Error(`the hub is not up\n${hubLog.slice(-2_000)}`);
      }, STARTED_WITHIN_MS);
      const outputs: string[] = [];
      for (const block of steps.slice(started)) outputs.push(await follow(block));
      const rows = Object.fromEntries(
        outputs
          .at(-1)!
          .trim()
          .split('\n')
          .map((line) => line.split('\t')),
      ) as Record<string, string>;
      expect(Number(rows['shipped'])).toBeGreaterThan(50);
      const books = outputs.find((text) => text.includes('tracking.tracker-ordered'));
      expect(books).toContain('tracking.tracker-shipped');
    },
    STARTED_WITHIN_MS + 120_000,
  );
});
