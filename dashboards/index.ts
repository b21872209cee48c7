import type { HubModule } from '../platform/edge/hub-module.ts';
import { dashboardRoutes } from './viewer/routes.ts';
import { validateVerb } from './viewer/validate-verb.ts';

/** Dashboards: their definitions checked, and the built-in viewer that shows them. They only read. */
export const dashboardsModule: HubModule = { name: 'dashboards', routes: dashboardRoutes, verbs: [validateVerb] };
