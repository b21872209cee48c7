import { REVIEW_TASKS, ReviewTaskFile } from '../../models/state/review-task.ts';
import { pipeline } from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { decideTasks, TASKS_EMITS, TASKS_READS } from './decide.ts';

/** Review tasks: what people do with referred applications. A command is accepted by its row (console/review-desk) and comes by its relay. */
export const reviewTasksPipeline = pipeline({
  name: REVIEW_TASKS,
  reads: TASKS_READS,
  key: (event) => event.data.applicationId,
  state: ReviewTaskFile,
  emits: TASKS_EMITS,
  policy: 'review',
  decide: decideTasks,
});
