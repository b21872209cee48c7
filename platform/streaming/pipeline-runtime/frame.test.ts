import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameWriter, readFrame } from './frame.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const header = fc
  .tuple(fc.constantFrom('ce_type', 'ce_id', 'traceparent', 'x'), fc.oneof(fc.string({ unit: 'grapheme' }), bytes))
  .map(([name, value]) => ({ [name]: value }));
const record = fc.record({
  topic: fc.constantFrom('a.b', 'c.d', '主题'),
  key: fc.option(bytes),
  value: fc.option(fc.oneof(bytes, fc.string({ unit: 'grapheme' }))),
  headers: fc.array(header, { maxLength: 12 }),
});
const asBuffer = (value: Buffer | string | null): Buffer | null =>
  value === null ? null : Buffer.from(value as string);

describe('outbox frame', () => {
  it('gives back every record as it was written, from the bytes and as views', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        const writer = new FrameWriter(16);
        for (const { topic, key, value, headers } of records) writer.add(topic, key, value, headers);
        const frame = writer.finish();
        const plain = (of: ReturnType<typeof readFrame>) =>
          of.map(({ topic, key, value, headers }) => ({
            topic,
            key,
            value,
            headers: headers.map((one) =>
              Object.entries(one).map(([name, text]) => [name, Buffer.from(text as string).toString('hex')]),
            ),
          }));
        const expected = records.map(({ topic, key, value, headers }) => ({
          topic,
          key: asBuffer(key),
          value: asBuffer(value),
          headers,
        }));
        expect(plain(readFrame(Buffer.from(frame.bytes)))).toEqual(plain(expected));
        expect(plain(frame.records)).toEqual(plain(expected));
      }),
    );
  });

  it('refuses what is no frame', () => {
    expect(() => readFrame(Buffer.from('not a frame'))).toThrow(expect.objectContaining({ code: 'OUTBOX_FRAME' }));
  });
});
