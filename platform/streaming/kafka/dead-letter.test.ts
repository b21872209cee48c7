import { describe, expect, it } from '@jest/globals';
import { encodeDeadLetter, isReplayForAnother, replayTarget } from './dead-letter.ts';
import { headerText, type RecordHeaders } from './message.ts';

const original = {
  topic: 'a.b',
  partition: 3,
  offset: 42,
  key: Buffer.from('k'),
  value: Buffer.from([0xff, 0x00]),
  headers: [{ ce_id: Buffer.from('1') }, { twice: 'a' }, { twice: 'b' }] as RecordHeaders,
};
const cause = { step: 'review', reason: 'EVENT_NOT_JSON', detail: 'd', time: '2026-01-01T00:00:00Z' };

describe('dead letter', () => {
  it('keeps key, bytes and every header, and says why, who, where and when', () => {
    const letter = encodeDeadLetter(original, cause);
    expect(letter).toMatchObject({ topic: 'hub.dead-letters', key: original.key, value: original.value });
    expect(letter.headers.slice(0, 3)).toEqual(original.headers);
    expect(
      ['reason', 'detail', 'step', 'topic', 'partition', 'offset', 'time'].map((name) =>
        headerText(letter.headers, `dlq_${name}`),
      ),
    ).toEqual(['EVENT_NOT_JSON', 'd', 'review', 'a.b', '3', '42', '2026-01-01T00:00:00Z']);
  });

  it('is replayed to its topic, for the step that gave up only, and may fail again', () => {
    const target = replayTarget(encodeDeadLetter(original, cause).headers);
    expect(target).toEqual({ topic: 'a.b', headers: [...original.headers, { dlq_replay_for: 'review' }] });
    expect(isReplayForAnother(target?.headers, 'sink')).toBe(true);
    expect(isReplayForAnother(target?.headers, 'review')).toBe(false);
    expect(isReplayForAnother(original.headers, 'sink')).toBe(false);
    const again = encodeDeadLetter({ ...original, headers: target?.headers }, { ...cause, reason: 'AGAIN' });
    expect(again.headers.filter((header) => 'dlq_reason' in header)).toEqual([{ dlq_reason: 'AGAIN' }]);
    expect(again.headers.some((header) => 'dlq_replay_for' in header)).toBe(false);
  });

  it('has no target without its marks', () => {
    expect(replayTarget(original.headers)).toBeUndefined();
  });
});
