import cookie from '@fastify/cookie';
import type { HubModule } from '../platform/module.ts';
import { applicationRoutes } from './applications/routes.ts';
import { guardConsoleApi } from './auth/guard.ts';
import { sessionRoutes } from './auth/routes.ts';
import { userVerbs } from './auth/verbs.ts';
import { customerRoutes } from './customers/routes.ts';
import { customerVerbs } from './customers/verbs.ts';
import { statusRoutes } from './status/routes.ts';
import { validateVerb } from './viewer/validate-verb.ts';
import { dashboardRoutes } from './viewer/routes.ts';
import { webAppRoutes } from './web-app.ts';

export { addUser, listUsers, type NewUser } from './auth/users.ts';

/** The console: log-in, dashboards, applications, status, and the web app that shows them. */
export const dashboardsModule: HubModule = {
  name: 'dashboards',
  routes: async (app, context) => {
    await app.register(cookie);
    guardConsoleApi(app, context);
    sessionRoutes(app, context);
    dashboardRoutes(app, context);
    applicationRoutes(app, context);
    customerRoutes(app, context);
    statusRoutes(app, context);
    await webAppRoutes(app);
  },
  verbs: [...userVerbs, ...customerVerbs, validateVerb],
};
