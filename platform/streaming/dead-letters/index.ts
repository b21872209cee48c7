export { conservedOf } from './conserved.ts';
export { deadLetterIndexer, DEAD_LETTER_INDEX, startIndexer } from './indexer.ts';
export { contentOf, type DeadLetterContent, type DefinitionOf, type LetterPlace } from './letter.ts';
export { REPLAY_OF_HEADER, REPLAY_RELAY, replaySource } from './replay-relay.ts';
