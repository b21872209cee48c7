import { replayTarget } from '../kafka/index.ts';
import type { Worker } from '../module.ts';
import { startRelay, type RelaySource } from '../relay/index.ts';
import { restoreHeaders, type StoredHeaders } from './letter.ts';

interface ReplayRow {
  seq: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: StoredHeaders;
}

/** Name of the relay, also in hub.relay_position. */
export const REPLAY_RELAY = 'dead-letter-replay';

/** hub.dead_letter_replay → the topics the records came from, marked for the step that gave up on them. */
export const replaySource: RelaySource<ReplayRow> = {
  name: REPLAY_RELAY,
  table: 'hub.dead_letter_replay',
  channel: 'relay_dead_letter_replay',
  select: `SELECT r.seq, d.key, r.value, d.headers FROM hub.dead_letter_replay r JOIN hub.dead_letter d ON d.id = r.dead_letter_id WHERE r.seq >= $1 ORDER BY r.seq LIMIT $2`,
  toRecords: ({ key, value, headers }) => {
    const target = replayTarget(restoreHeaders(headers));
    // replayLetter() lets nothing in that does not say where it came from.
    return target === undefined ? [] : [{ topic: target.topic, key, value, headers: target.headers }];
  },
};

/** Publishes the replays that people asked for, each exactly once. */
export const replayRelay: Worker = {
  name: REPLAY_RELAY,
  role: 'relay',
  start: (context) => startRelay(context, replaySource),
};
