import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildSpec } from './supervised-child.ts';
import { isSameProcess } from './process-identity.ts';
import { runningChildren } from './run-files.ts';
import { startStack, type RunningStack } from './start-stack.ts';

const urls = {
  kafkaBrokers: 'kafka.example:9092',
  databaseUrl: 'postgres://db.example/hub',
  clickhouseUrl: 'http://ch.example:8123',
};
let home: string;
let stack: RunningStack | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hub-supervisor-'));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  rmSync(home, { recursive: true });
});

/** A Node child that runs the given script; `name` stands in its command line. */
function role(name: string, script: string, extra: Partial<ChildSpec> = {}): ChildSpec {
  return {
    name,
    command: process.execPath,
    args: ['-e', script, name],
    env: { NODE_OPTIONS: undefined },
    ready: 'ipc',
    ...extra,
  };
}
const serving = "process.send('ready'); setInterval(() => {}, 1000); process.on('disconnect', () => process.exit(0));";

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 30_000; !condition(); await sleep(20))
    if (Date.now() > deadline) throw new Error('the condition did not come true');
}

describe('supervisor', () => {
  it('hands the given addresses to the roles and starts none of the servers they replace', async () => {
    stack = await startStack(
      { home, ...urls },
      { roles: (given) => [role('web', `console.log(${JSON.stringify(JSON.stringify(given))}); ${serving}`)] },
    );
    expect(stack.urls).toEqual(urls);
    expect(stack.status().map((child) => child.name)).toEqual(['web']);
    expect(JSON.parse(readFileSync(join(home, 'logs/web.log'), 'utf8'))).toEqual(urls);
  });

  it('starts a role only when those it depends on are ready', async () => {
    const mark = join(home, 'first-is-ready');
    const first = role(
      'first',
      `setTimeout(() => { require('fs').writeFileSync(${JSON.stringify(mark)}, ''); ${serving} }, 300)`,
    );
    const second = role(
      'second',
      `if (!require('fs').existsSync(${JSON.stringify(mark)})) process.exit(7); ${serving}`,
      { dependsOn: ['first'] },
    );
    stack = await startStack({ home, ...urls }, { roles: () => [second, first] });
    expect(stack.status().map(({ name, state, restarts }) => ({ name, state, restarts }))).toEqual(
      expect.arrayContaining([
        { name: 'first', state: 'ready', restarts: 0 },
        { name: 'second', state: 'ready', restarts: 0 },
      ]),
    );
  });

  it('starts a killed child again and counts it in its run file', async () => {
    stack = await startStack({ home, ...urls }, { roles: () => [role('worker', serving)] });
    const [before] = runningChildren(stack.home);
    process.kill(before!.pid, 'SIGKILL');
    await until(() => stack!.status()[0]!.restarts === 1 && stack!.status()[0]!.state === 'ready');
    const [after] = runningChildren(stack.home);
    expect(after).toMatchObject({ name: 'worker', restarts: 1 });
    expect(after!.pid).not.toBe(before!.pid);
  });

  it('restarts a child on request without back-off, with the environment of that moment', async () => {
    const messages: unknown[] = [];
    let colour = 'red';
    stack = await startStack(
      { home, ...urls },
      {
        roles: () => [
          role('worker', `process.send({ colour: process.env.COLOUR }); ${serving}`, {
            env: () => ({ NODE_OPTIONS: undefined, COLOUR: colour }),
            onMessage: (message) => messages.push(message),
          }),
        ],
      },
    );
    colour = 'blue';
    await Promise.all([stack.restart('worker'), stack.restart('nobody')]);
    await until(() => stack!.status()[0]!.restarts === 1 && stack!.status()[0]!.state === 'ready');
    expect(messages).toEqual([{ colour: 'red' }, { colour: 'blue' }]);
  });

  it('goes on when a run file cannot be written', async () => {
    mkdirSync(join(home, 'run/worker.json'), { recursive: true });
    const said: string[] = [];
    stack = await startStack(
      { home, ...urls },
      { roles: () => [role('worker', serving)], onProgress: ({ message }) => said.push(message) },
    );
    expect(stack.status()).toMatchObject([{ state: 'ready' }]);
    expect(said).toContainEqual(expect.stringContaining('its run file could not be written'));
    rmSync(join(home, 'run/worker.json'), { recursive: true });
  });

  it('starts a child again that lives and no longer turns its event loop', async () => {
    const hangs = `const alive = setInterval(() => process.send('alive'), 20); setTimeout(() => { for (;;); }, 1000); process.on('disconnect', () => process.exit(0)); process.send('ready');`;
    stack = await startStack({ home, ...urls }, { roles: () => [role('hangs', hangs, { probeEveryMs: 50 })] });
    await until(() => stack!.status()[0]!.restarts >= 1 && stack!.status()[0]!.state === 'ready');
  });

  it('kills a child that ignores SIGTERM, and leaves no process and no run file', async () => {
    const running = await startStack(
      { home, ...urls },
      { roleGraceMs: 500, roles: () => [role('deaf', `process.on('SIGTERM', () => {}); ${serving}`)] },
    );
    const [child] = runningChildren(running.home);
    const before = Date.now();
    await running.stop();
    expect(Date.now() - before).toBeGreaterThanOrEqual(490);
    expect(isSameProcess(child!.pid, child!)).toBe(false);
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  });

  it('gives up with the end of the log when a role cannot start, and stops the others', async () => {
    const failing = startStack(
      { home, ...urls },
      {
        roles: () => [
          role('good', serving),
          role('broken', "console.error('no such setting: COLOUR'); process.exit(3)"),
        ],
      },
    );
    await expect(failing).rejects.toMatchObject({
      code: 'CHILD_FAILED',
      message: expect.stringMatching(/broken did not start: ended with exit code 3[^]*no such setting: COLOUR/),
    });
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  });

  it('refuses a home where another supervisor is at work', async () => {
    stack = await startStack({ home, ...urls }, {});
    await expect(startStack({ home, ...urls }, {})).rejects.toMatchObject({
      code: 'HOME_IN_USE',
      message: expect.stringContaining('HUB_HOME'),
    });
    const beside = await startStack({ home, ...urls }, { instance: 'only-sink', roles: () => [role('sink', serving)] });
    expect(existsSync(join(home, 'run/only-sink.sink.json'))).toBe(true);
    await beside.stop();
  });
});
