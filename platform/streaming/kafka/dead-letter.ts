import { headerText, type Message, type OutgoingRecord, type RecordHeaders } from './message.ts';

/** Topic of every record that some step could not deal with (docs/architecture.md §4). */
export const DEAD_LETTER_TOPIC = 'hub.dead-letters';

export interface DeadLetterCause {
  /** Who gave up: the name of the pipeline, the connector, the sink. */
  step: string;
  /** Stable code. */
  reason: string;
  /** A sentence for a person; no personal data. */
  detail: string;
  /** RFC 3339. */
  time: string;
}

/** Header of a replayed record: only this step is to deal with it. */
export const REPLAY_HEADER = 'dlq_replay_for';

/** The dead letter of a record: its own bytes, key and headers, plus why, who, when and where it lay. */
export function encodeDeadLetter(
  original: Pick<Message, 'topic' | 'partition' | 'offset' | 'key' | 'value' | 'headers'>,
  cause: DeadLetterCause,
): OutgoingRecord {
  return {
    topic: DEAD_LETTER_TOPIC,
    key: asBuffer(original.key),
    value: original.value,
    headers: [
      // A record that failed before and was replayed carries the marks of its first failure: the new ones take their place.
      ...withoutMarks(original.headers),
      { dlq_reason: cause.reason },
      { dlq_detail: cause.detail.slice(0, 2_000) },
      { dlq_step: cause.step },
      { dlq_topic: original.topic },
      { dlq_partition: String(original.partition) },
      { dlq_offset: String(original.offset) },
      { dlq_time: cause.time },
    ],
  };
}

/** Where a dead letter goes when it is replayed: its original topic, its own headers, marked for the step that gave up. Undefined when the marks are missing. */
export function replayTarget(
  headers: RecordHeaders | undefined,
): { topic: string; headers: RecordHeaders } | undefined {
  const topic = headerText(headers, 'dlq_topic');
  const step = headerText(headers, 'dlq_step');
  if (topic === undefined || step === undefined) return undefined;
  return { topic, headers: [...withoutMarks(headers), { [REPLAY_HEADER]: step }] };
}

/** True when the record is a replay meant for another step: skip it (it was dealt with here the first time). */
export function isReplayForAnother(headers: RecordHeaders | undefined, step: string): boolean {
  if (headers === undefined) return false;
  const wanted = headerText(headers, REPLAY_HEADER);
  return wanted !== undefined && wanted !== step;
}

function withoutMarks(headers: RecordHeaders | undefined): RecordHeaders {
  return (headers ?? []).filter((header) => !Object.keys(header).some((name) => name.startsWith('dlq_')));
}

function asBuffer(key: Message['key']): Buffer | null {
  return key == null ? null : typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
}
