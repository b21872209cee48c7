import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome } from '../../platform/kernel/home.ts';
import { kafka } from '../../platform/local/kafka.ts';
import { freePort } from '../../platform/edge/process/supervisor/ports.ts';
import { eventually } from './eventually.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface ProxiedKafka {
  /** Past the proxy: for those who only look on. */
  direct: string;
  /** Through the proxy, also for what the broker says its own address is. */
  proxied: string;
  proxy: TcpProxy;
  stop(): Promise<void>;
}

/** A Kafka of one's own with a second listener that is advertised as the proxy's address: cutting the proxy cuts its clients off, and nobody else. */
export async function startProxiedKafka(): Promise<ProxiedKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'proxied-kafka-'));
  const taken = new Set<number>();
  const port = async (): Promise<number> => {
    const free = await freePort(taken);
    taken.add(free);
    return free;
  };
  const [own, controller, behind] = [await port(), await port(), await port()];
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: behind });
  const { child } = await kafka.prepare({
    home: openHome(folder),
    ports: { kafka: own, 'kafka-controller': controller },
    report: () => undefined,
    env: process.env,
  });
  const { marker: config, ready } = child;
  if (config === undefined || ready === 'ipc') throw new Error('the server kafka names no configuration or no probe');
  const settings = readFileSync(config, 'utf8')
    .replace(/^listeners=(PLAINTEXT:[^,\n]+)/m, `listeners=$1,PROXIED://127.0.0.1:${behind}`)
    .replace(/^advertised\.listeners=(.+)$/m, `advertised.listeners=$1,PROXIED://127.0.0.1:${proxy.port}`)
    .replace(/^listener\.security\.protocol\.map=(.+)$/m, 'listener.security.protocol.map=$1,PROXIED:PLAINTEXT');
  writeFileSync(config, settings);
  const broker = spawn(child.command, [...(child.args ?? [])], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (broker.exitCode === null) {
      const gone = once(broker, 'exit');
      broker.kill('SIGKILL');
      await gone;
    }
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(async () => {
      if (!(await ready())) throw new Error('the broker does not answer yet');
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { direct: `127.0.0.1:${own}`, proxied: `127.0.0.1:${proxy.port}`, proxy, stop };
}
