import type { HubModule } from '../platform/edge/hub-module.ts';
import { pipelineWorkers } from '../platform/streaming/pipeline-runtime/index.ts';
import { matchingPipeline } from './matching/pipeline.ts';
import { reviewPipeline } from './review/pipeline.ts';
import { reviewTasksPipeline } from './review-tasks/pipeline.ts';

/** Every pipeline of the hub, in the order of the flow. */
export const pipelinesModule: HubModule = {
  name: 'pipelines',
  workers: pipelineWorkers([matchingPipeline, reviewPipeline, reviewTasksPipeline]),
};
