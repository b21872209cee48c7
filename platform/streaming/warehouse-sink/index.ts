import type { Worker } from '../../kernel/worker.ts';
import { startSink } from './sink.ts';

export { SINK_STEP } from './row-encoder.ts';
export { startSink, type SinkOptions } from './sink.ts';
export { eventSinkTopic, insertStatement } from './topics.ts';
export type { SinkStep } from './chunk-lander.ts';

/** Lands every topic in its raw table. */
export const warehouseSink: Worker = { name: 'warehouse-sink', role: 'sink', start: (context) => startSink(context) };
