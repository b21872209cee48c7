import type { HubModule } from '../module.ts';
import { deadLetterIndexer } from './indexer.ts';
import { replayRelay } from './replay-relay.ts';
import { deadLetterRoutes } from './routes.ts';
import { deadLetterVerbs } from './verbs.ts';

export { conservedOf, NO_DAY, type Conserved } from './conserved.ts';
export { INDEX_GROUP, startIndexer, type IndexerOptions } from './indexer.ts';
export { contentOf, type DeadLetterContent, type DefinitionOf, type LetterPlace } from './letter.ts';
export { REPLAY_OF_HEADER, REPLAY_RELAY, replaySource } from './replay-relay.ts';

/** Dead letters: indexed for people, listed, shown, edited and replayed by verb and page. */
export const deadLettersModule: HubModule = { name: 'dead-letters', routes: deadLetterRoutes, verbs: deadLetterVerbs, workers: [deadLetterIndexer, replayRelay] };
