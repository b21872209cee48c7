import type { HubModule } from '../../platform/edge/hub-module.ts';
import { quoteRoute } from './quote-route.ts';
import { simulationConsoleRoutes } from './routes.ts';
import { simulateVerb } from './simulate-verb.ts';
import { simulationRoute } from './simulation-route.ts';

/** The loan engine for people and partners: quotes and simulations, by page, partner API and verb. */
export const loansModule: HubModule = {
  name: 'loans',
  routes: simulationConsoleRoutes,
  partnerRoutes: [quoteRoute, simulationRoute],
  verbs: [simulateVerb],
};
