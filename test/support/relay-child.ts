import { startRelay, type RelayStep } from '../../platform/streaming/relay/index.ts';
import { openIntakeContext, type IntakeHome } from './intake-server.ts';
import { labRelaySource } from './relay-lab.ts';

/** A relay as a process of its own, for tests that kill it. */
export interface RelayOrders {
  home: Pick<IntakeHome, 'home' | 'databaseUrl'>;
  name: string;
  /** SIGKILL itself when it comes to this step for the `count`th time. */
  crash?: { step: RelayStep; count: number };
}

const orders = JSON.parse(process.argv[2] ?? '') as RelayOrders;
const context = await openIntakeContext({ ...orders.home, drop: async () => undefined });
let left = orders.crash?.count ?? 0;
await startRelay(context, labRelaySource(orders.name), (step) => {
  if (step !== orders.crash?.step) return;
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
});
process.send?.('started');
