import type { HubModule } from '../../platform/edge/hub-module.ts';
import { deadLetterRoutes } from './routes.ts';
import { deadLetterVerbs } from './verbs.ts';

/** Dead letters: listed, shown, edited and replayed, by verb and page. */
export const deadLettersModule: HubModule = { name: 'dead-letters', routes: deadLetterRoutes, verbs: deadLetterVerbs };
