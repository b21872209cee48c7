import { matchingPipeline } from './matching/pipeline.ts';
import { reviewPipeline } from './review/pipeline.ts';

export { matchingPipeline, reviewPipeline };

/** Every pipeline of the hub, in the order of the flow. */
export const PIPELINES = [matchingPipeline, reviewPipeline] as const;
