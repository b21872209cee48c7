import { ReviewCase } from '../../models/state/review-case.ts';
import { pipeline } from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { decideReview, REVIEW_EMITS, REVIEW_READS } from './decide.ts';

/** Review: a matched application becomes a decision, with a bureau's report where the policy asks for one. */
export const reviewPipeline = pipeline({
  name: 'review',
  reads: REVIEW_READS,
  key: (event) => event.data.applicationId,
  state: ReviewCase,
  emits: REVIEW_EMITS,
  policy: 'review',
  decide: decideReview,
});
