import type { HubModule } from '../../platform/edge/hub-module.ts';
import { commandRelay, deskConservation } from './command-relay.ts';
import { reviewDeskRoutes } from './routes.ts';
import { taskClock } from './task-clock.ts';
import { taskIndexer } from './task-index.ts';

export { expireDueTasks } from './task-clock.ts';

/** The review desk: people's commands to referred applications, the work list, and the clock that tells when time is over. */
export const reviewDeskModule: HubModule = {
  name: 'review-desk',
  routes: reviewDeskRoutes,
  workers: [commandRelay, taskIndexer, taskClock],
  conservation: [deskConservation],
};
