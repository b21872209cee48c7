import cookie from '@fastify/cookie';
import type { HubModule } from '../platform/edge/hub-module.ts';
import type { Reconcile } from '../platform/streaming/conservation/index.ts';
import { applicationRoutes } from './applications/routes.ts';
import { guardConsoleApi } from './auth/guard.ts';
import { sessionRoutes } from './auth/routes.ts';
import { userVerbs } from './auth/verbs.ts';
import { customerRoutes } from './customers/routes.ts';
import { customerVerbs } from './customers/verbs.ts';
import { deadLettersModule } from './dead-letters/index.ts';
import { loansModule } from './loans/index.ts';
import { policiesModule } from './policies/index.ts';
import { reconcileModule } from './reconcile/index.ts';
import { reviewDeskModule } from './review-desk/index.ts';
import { statusRoutes } from './status/routes.ts';
import { webAppRoutes } from './web-app.ts';

export { addUser, listUsers, type NewUser } from './auth/users.ts';

/** Log-in, applications, customers, status, and the web app. It comes first: it guards the routes under /api that the others add. */
export const consoleModule: HubModule = {
  name: 'console',
  routes: async (app, context) => {
    await app.register(cookie);
    guardConsoleApi(app, context);
    sessionRoutes(app, context);
    applicationRoutes(app, context);
    customerRoutes(app, context);
    statusRoutes(app, context);
    await webAppRoutes(app);
  },
  verbs: [...userVerbs, ...customerVerbs],
};

/** Everything the staff work with, the guard of their API first. */
export function consoleModules(reconcile: Reconcile): HubModule[] {
  return [consoleModule, reviewDeskModule, loansModule, deadLettersModule, reconcileModule(reconcile), policiesModule];
}
