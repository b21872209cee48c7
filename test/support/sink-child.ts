import type { SinkStep } from '../../platform/streaming/warehouse-sink/index.ts';
import { startLabSink, type SinkLab } from './sink-lab.ts';

/** A sink as a process of its own, for tests that kill it. */
export interface SinkOrders {
  lab: SinkLab;
  /** SIGKILL itself when it comes to this step for the `count`th time. */
  crash?: { step: SinkStep; count: number };
}

const orders = JSON.parse(process.argv[2] ?? '') as SinkOrders;
let left = orders.crash?.count ?? 0;
await startLabSink(orders.lab, {
  limits: { maxRows: 300, lingerMs: 5, busyLingerMs: 10 },
  onStep: (step) => {
    if (step !== orders.crash?.step) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.send?.('started');
