import type { HubModule } from '../../platform/edge/hub-module.ts';
import { configurationRoutes } from './routes.ts';
import { configVerbs } from './verbs.ts';

/** Policies and other dated configuration: shown, changed, compared, rolled back, with audit; by verb and page. */
export const policiesModule: HubModule = { name: 'policies', verbs: configVerbs, routes: configurationRoutes };
