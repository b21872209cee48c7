import { eventDefinition } from '../../../models/events/index.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { RunningWorker, Worker } from '../../kernel/worker.ts';
import { DEAD_LETTER_TOPIC } from '../kafka/index.ts';
import { startProjection } from '../projection/index.ts';
import { letterOf, type DefinitionOf } from './letter.ts';
import { indexLetters } from './store.ts';

/** Names the index and its consumer group: the committed offsets say up to where hub.dead-letters is indexed. */
export const DEAD_LETTER_INDEX = 'dead-letter-index';

/** Copies hub.dead-letters into Postgres, where people list them. */
export const deadLetterIndexer: Worker = {
  name: DEAD_LETTER_INDEX,
  role: 'jobs',
  start: (context) => startIndexer(context),
};

export interface IndexerOptions {
  name?: string;
  definitionOf?: DefinitionOf;
}

/** Starts the index. Reading a record twice changes nothing: its place is its id. Rejects when Kafka cannot be reached now. */
export function startIndexer(context: HubContext, options: IndexerOptions = {}): Promise<RunningWorker> {
  const { name = DEAD_LETTER_INDEX, definitionOf = eventDefinition } = options;
  return startProjection(context, {
    name,
    topic: DEAD_LETTER_TOPIC,
    apply: (messages) =>
      indexLetters(
        context.postgres,
        messages.map((message) => letterOf(message, definitionOf)),
      ),
  });
}
