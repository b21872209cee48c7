import type { HubModule } from '../../platform/edge/hub-module.ts';
import { commandRelaySource, deskConservation } from './command-relay.ts';
import { reviewDeskRoutes } from './routes.ts';
import { taskClock } from './task-clock.ts';
import { taskIndexer } from './task-index.ts';

export { expireDueTasks } from './task-clock.ts';

/** The review desk: people's commands to referred applications, the work list, and the clock that expires what is overdue. */
export const reviewDeskModule: HubModule = {
  name: 'review-desk',
  routes: reviewDeskRoutes,
  workers: [taskIndexer, taskClock],
  relays: [commandRelaySource],
  conservation: [deskConservation],
};
