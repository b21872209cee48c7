import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../kafka/index.ts';
import { chunkToken } from './chunk.ts';
import { RowEncoder } from './row-encoder.ts';
import { TsvBuffer } from './tsv-buffer.ts';

const topic = { topic: 'test.it-happened', table: 'raw_test', kind: 'event' as const, dataColumns: [] };
const HEADERS = {
  ce_id: 'e1',
  ce_type: 'test.it-happened',
  ce_source: '/test',
  ce_time: '2026-01-02T10:00:00.123+08:00',
  ce_dataschema: '/events/test.it-happened/v12',
  traceparent: '00-aa-bb-01',
};

function message(value: string | null, headers: Record<string, string> = HEADERS, key = 'k1'): Message {
  return {
    topic: topic.topic,
    partition: 3,
    offset: 42,
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    size: 0,
    headers: Object.entries(headers).map(([name, text]) => ({ [name]: Buffer.from(text) })),
  };
}

function encode(given: Message, kind: 'event' | 'dead-letter' = 'event'): { result: string; text: string } {
  const buffer = new TsvBuffer(8);
  const result = new RowEncoder({ ...topic, kind }).append(given, buffer);
  return { result, text: buffer.view().toString() };
}

/** What ClickHouse reads of a TabSeparated field. */
function unescape(field: string): string {
  return field.replace(
    /\\([bfnrt0\\])/g,
    (_, letter: string) => ({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', 0: '\0', '\\': '\\' })[letter] as string,
  );
}

describe('rows of events', () => {
  it('carry the record’s place, attributes and value', () => {
    expect(encode(message('{"a":"x"}'))).toEqual({
      result: 'row',
      text: 'test.it-happened\t3\t42\te1\t1767319200.123\t/test\tk1\t00-aa-bb-01\t12\t{"a":"x"}\n',
    });
  });

  it('survive any bytes in key and value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 }), (key, value) => {
        const { result, text } = encode(message(value, HEADERS, key));
        expect(result).toBe('row');
        expect(text.endsWith('\n')).toBe(true);
        const fields = text.slice(0, -1).split('\t');
        expect(fields.length).toBe(10);
        expect(text.slice(0, -1)).not.toContain('\n');
        expect(unescape(fields[6]!)).toBe(Buffer.from(key).toString());
        expect(unescape(fields[9]!)).toBe(Buffer.from(value).toString());
      }),
    );
  });

  it.each(['ce_id', 'ce_time', 'ce_type'])('are not made without %s', (name) => {
    const { [name as keyof typeof HEADERS]: _left, ...rest } = HEADERS;
    expect(encode(message('{}', rest))).toEqual({ result: 'refused', text: '' });
  });

  it.each([
    ['no value', message(null)],
    ['an empty value', message('')],
    ['a time that is none', message('{}', { ...HEADERS, ce_time: 'yesterday' })],
    ['a time ClickHouse would clamp', message('{}', { ...HEADERS, ce_time: '9999-01-01T00:00:00Z' })],
    ['the type of another topic', message('{}', { ...HEADERS, ce_type: 'test.it-happenes' })],
  ])('are not made of %s', (_, given) => {
    expect(encode(given)).toEqual({ result: 'refused', text: '' });
  });

  it('are made of a replay for the sink only', () => {
    expect(encode(message('{}', { ...HEADERS, dlq_replay_for: 'review' })).result).toBe('skipped');
    expect(encode(message('{}', { ...HEADERS, dlq_replay_for: 'warehouse-sink' })).result).toBe('row');
  });
});

describe('rows of dead letters', () => {
  it('are made of anything', () => {
    expect(encode(message(null, {}), 'dead-letter').result).toBe('row');
    const { text } = encode(
      message('\t\n', {
        dlq_reason: 'R',
        dlq_topic: 't',
        dlq_partition: '7',
        dlq_offset: 'x',
        dlq_time: '2026-01-02T02:00:00Z',
        ce_id: 'e',
      }),
      'dead-letter',
    );
    expect(text.split('\t').slice(0, 12)).toEqual([
      'test.it-happened',
      '3',
      '42',
      'e',
      'k1',
      'R',
      '',
      '',
      't',
      '7',
      '42',
      '1767319200.000',
    ]);
    expect(text.endsWith('\t\\t\\n\n')).toBe(true);
  });
});

describe('the token of a chunk', () => {
  it('names topic, partitions, first and last offset, and the generation of a topic recreated', () => {
    const bounds = [
      { partition: 0, first: 5, next: 8 },
      { partition: 2, first: 0, next: 1 },
    ];
    expect(chunkToken('t', bounds, new Map())).toBe('t-0-5-7+2-0-0');
    expect(chunkToken('t', bounds, new Map([[2, 3]]))).toBe('t-0-5-7+2-0-0-g3');
  });
});
