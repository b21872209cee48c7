import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortInUseError } from './errors.ts';
import { readJson, writeFileAtomic, type Home } from '../../../kernel/home.ts';

// Below Linux's and macOS's range of ephemeral ports, so that no outgoing connection can sit on the port of a server that is being restarted.
const FIRST = 21_000;
const LAST = 31_999;

/** True when nobody listens on the port of the loopback address. */
function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** True once the port is free; a process that was just killed may hold it a moment longer. */
async function becomesFree(port: number, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; ; await sleep(100)) {
    if (await isPortFree(port)) return true;
    if (Date.now() > deadline) return false;
  }
}

/** A free loopback port, outside `taken`. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
}

/** Throws PortInUseError when a port that a setting asks for is taken. */
export async function assertPortFree(name: string, port: number, setting: string, host = '127.0.0.1'): Promise<void> {
  if (!(await isPortFree(port, host))) throw new PortInUseError(name, port, setting);
}

/**
 * The ports of the embedded servers, remembered in HUB_HOME/ports.json so that a second start uses the same ones. A remembered
 * port that a stranger has taken meanwhile is replaced; a port asked for explicitly is never replaced (PortInUseError).
 */
export async function choosePorts(
  home: Home,
  names: readonly string[],
  fixed: Readonly<Record<string, number | undefined>> = {},
): Promise<Record<string, number>> {
  const file = join(home.root, 'ports.json');
  const remembered = readJson<Record<string, number>>(file) ?? {};
  const chosen: Record<string, number> = {};
  for (const name of names) {
    const asked = fixed[name];
    if (asked !== undefined) {
      await assertPortFree(name, asked, `HUB_${name.toUpperCase().replaceAll('-', '_')}_PORT`);
      chosen[name] = asked;
      continue;
    }
    const before = remembered[name];
    chosen[name] =
      before !== undefined && (await becomesFree(before, 3_000))
        ? before
        : await freePort(new Set([...Object.values(remembered), ...Object.values(chosen)]));
  }
  writeFileAtomic(file, `${JSON.stringify({ ...remembered, ...chosen }, null, 2)}\n`);
  return chosen;
}
