export { readFrame } from './frame.ts';
export {
  deadLetter,
  done,
  emit,
  ignored,
  pipeline,
  retry,
  type DecideContext,
  type EmittedEvent,
  type IncomingEvent,
  type Outcome,
  type PipelineDefinition,
  type PipelineSpec,
} from './pipeline.ts';
export {
  openPolicySource,
  policySnapshot,
  seedPolicies,
  type PolicySnapshot,
  type PolicySource,
} from './policy-source.ts';
export { pipelineWorkers, startPipeline } from './start-pipeline.ts';
export type { PipelineContext, PipelineOptions, Step } from './worker.ts';
