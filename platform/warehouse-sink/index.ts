import type { HubModule } from '../module.ts';
import { startSink } from './sink.ts';

export { SINK_STEP } from './row-encoder.ts';
export { SINK_GROUP, startSink } from './sink.ts';

/** The warehouse: the sink that lands every topic in its raw table. */
export const warehouseModule: HubModule = { name: 'warehouse', workers: [{ name: 'warehouse-sink', role: 'sink', start: (context) => startSink(context) }] };
