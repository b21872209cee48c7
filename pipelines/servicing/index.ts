import type { HubModule } from '../../platform/module.ts';
import { quoteRoute } from './quotes/route.ts';

/** Servicing: quotes for partners. */
export const servicingModule: HubModule = { name: 'servicing', partnerRoutes: [quoteRoute] };
