import type { HubModule } from '../../platform/module.ts';
import { simulationConsoleRoutes } from './console/routes.ts';
import { quoteRoute } from './quotes/route.ts';
import { simulationRoute } from './simulations/route.ts';
import { simulateVerb } from './simulations/verb.ts';

/** Servicing: quotes and simulations for partners; simulations on the command line. */
export const servicingModule: HubModule = { name: 'servicing', routes: simulationConsoleRoutes, partnerRoutes: [quoteRoute, simulationRoute], verbs: [simulateVerb] };
