export { readFrame } from './frame.ts';
export {
  deadLetter,
  done,
  emit,
  ignored,
  pipeline,
  retry,
  type DecideContext,
  type IncomingEvent,
  type PipelineDefinition,
} from './pipeline.ts';
export { openPolicySource, seedPolicies } from './policy-source.ts';
export { pipelineWorkers, startPipeline } from './start-pipeline.ts';
export type { PipelineContext, PipelineOptions, Step } from './worker.ts';
