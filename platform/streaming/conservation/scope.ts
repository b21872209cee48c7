import { EVENTS, type EventDefinition } from '../../../models/events/index.ts';
import { OUTCOME_RELAY } from '../effect-runtime/index.ts';
import { DEAD_LETTER_INDEX, REPLAY_RELAY, type DefinitionOf } from '../dead-letters/index.ts';

/** What a reconciliation covers: event types, and the names of the workers of dead letters and outcomes. */
export interface Scope {
  events: readonly EventDefinition[];
  index: string;
  replayRelay: string;
  outcomeRelay: string;
}

/** Everything the hub has. */
export const HUB_SCOPE: Scope = {
  events: EVENTS,
  index: DEAD_LETTER_INDEX,
  replayRelay: REPLAY_RELAY,
  outcomeRelay: OUTCOME_RELAY,
};

/** Finds an event type of the scope by its topic. */
export function definitionIn({ events }: Pick<Scope, 'events'>): DefinitionOf {
  const byTopic = new Map(events.map((definition) => [definition.topic, definition]));
  return (topic) => byTopic.get(topic);
}
