export { conservedOf, NO_DAY, type Conserved } from './conserved.ts';
export { deadLetterIndexer, DEAD_LETTER_INDEX, startIndexer, type IndexerOptions } from './indexer.ts';
export { contentOf, type DeadLetterContent, type DefinitionOf, type LetterPlace } from './letter.ts';
export { REPLAY_OF_HEADER, REPLAY_RELAY, replaySource } from './replay-relay.ts';
export {
  listLetters,
  replayLetter,
  showLetter,
  type LetterFilter,
  type ListedLetter,
  type ShownLetter,
} from './store.ts';
