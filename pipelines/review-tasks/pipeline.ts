import { REVIEW_TASKS, ReviewTaskFile } from '../../models/state/review-task.ts';
import { pipeline } from '../../platform/pipeline-runtime/pipeline.ts';
import { decideTasks, TASKS_EMITS, TASKS_READS } from './decide.ts';

/** Review tasks: what people do with referred applications. A command is accepted by its row (dashboards/review-desk) and comes by its relay. */
export const reviewTasksPipeline = pipeline({
  name: REVIEW_TASKS,
  reads: TASKS_READS,
  key: (event) => event.data.applicationId,
  state: ReviewTaskFile,
  emits: TASKS_EMITS,
  policy: 'review',
  decide: decideTasks,
});
