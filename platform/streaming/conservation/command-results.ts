import type { EventDefinition } from '../../../models/events/index.ts';

/** Commands that outside calls answer: each ends as exactly one result event or dead letter. */
export interface CommandResults {
  command: Pick<EventDefinition, 'topic'>;
  result: Pick<EventDefinition, 'topic' | 'type'>;
  /** The effects that share the commands among them (platform/streaming/effect-runtime): their names. */
  effects: readonly string[];
  /** Which of them a command is for, by its data (undefined: cannot be read); the others pass it over. */
  effectOf(command: unknown): string;
}
