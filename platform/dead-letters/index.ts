import type { HubModule } from '../module.ts';
import { deadLetterIndexer } from './indexer.ts';
import { replayRelay } from './replay-relay.ts';
import { deadLetterRoutes } from './routes.ts';
import { deadLetterVerbs } from './verbs.ts';

export { letterOf, type DeadLetter } from './letter.ts';
export { REPLAY_RELAY } from './replay-relay.ts';

/** Dead letters: indexed for people, listed, shown, edited and replayed by verb and page. */
export const deadLettersModule: HubModule = { name: 'dead-letters', routes: deadLetterRoutes, verbs: deadLetterVerbs, workers: [deadLetterIndexer, replayRelay] };
