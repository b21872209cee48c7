import type { RunningWorker, Worker } from '../../kernel/worker.ts';
import type { PipelineDefinition } from './pipeline.ts';
import { PipelineWorker, type PipelineContext, type PipelineOptions } from './worker.ts';

/** Starts one worker of a pipeline; its topics and the runtime's tables must exist. Rejects when Kafka or Postgres cannot be reached. */
export async function startPipeline(
  definition: PipelineDefinition,
  context: PipelineContext,
  options: PipelineOptions = {},
): Promise<RunningWorker> {
  const worker = new PipelineWorker(definition, context, options);
  await worker.start();
  return worker;
}

/** The pipelines as workers of the role `pipelines`. */
export function pipelineWorkers(definitions: readonly PipelineDefinition[]): Worker[] {
  return definitions.map((definition) => ({
    name: `pipeline ${definition.name}`,
    role: 'pipelines',
    start: (context) => startPipeline(definition, context),
  }));
}
