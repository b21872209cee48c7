import { startPipeline, type Step } from '../../platform/streaming/pipeline-runtime/index.ts';
import { labContext, labPipeline, type Lab } from './pipeline-lab.ts';

/** One pipeline worker as a process of its own, for tests that kill it. Its orders come as JSON in the first argument. */
export interface ChildOrders {
  lab: Lab;
  batchSize: number;
  /** Key in hub.config of the policy it decides by. */
  policy?: string;
  /** SIGKILL itself when it comes to this step for the `count`th time. */
  crash?: { step: Step; count: number };
}

const orders = JSON.parse(process.argv[2] ?? '') as ChildOrders;
let left = orders.crash?.count ?? 0;
const worker = await startPipeline(labPipeline(orders.lab, { policy: orders.policy }), labContext(orders.lab), {
  batchSize: orders.batchSize,
  onStep: async (step) => {
    if (step !== orders.crash?.step) return;
    left -= 1;
    if (left > 0) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
process.send?.('started');
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
