import { replayTarget } from '../kafka/index.ts';
import type { RelaySource } from '../relay/index.ts';
import { restoreHeaders, type StoredHeaders } from './letter.ts';

interface ReplayRow {
  seq: number;
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: StoredHeaders;
}

/** Name of the relay: its position in Kafka says which replays are out. */
export const REPLAY_RELAY = 'dead-letter-replay';

/** Header of a replayed record: `partition-offset` of where it lay on the same topic when it was dead-lettered. */
export const REPLAY_OF_HEADER = 'dlq_replay_of';

/** hub.dead_letter_replay → the topics the records came from, marked for the step that dead-lettered them. */
export function replaySource(name = REPLAY_RELAY): RelaySource<ReplayRow> {
  return {
    name,
    table: 'hub.dead_letter_replay',
    channel: 'relay_dead_letter_replay',
    select: `SELECT r.seq, d.partition, d.record_offset AS "offset", d.key, r.value, d.headers
             FROM hub.dead_letter_replay r JOIN hub.dead_letter d ON d.id = r.dead_letter_id WHERE r.seq >= $1 ORDER BY r.seq LIMIT $2`,
    toRecords: ({ partition, offset, key, value, headers }) => {
      const target = replayTarget(restoreHeaders(headers));
      // replayLetter() accepts nothing that does not say where it came from.
      return target === undefined
        ? []
        : [
            {
              topic: target.topic,
              key,
              value,
              headers: [...target.headers, { [REPLAY_OF_HEADER]: `${partition}-${offset}` }],
            },
          ];
    },
  };
}
