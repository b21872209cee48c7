import { HubError } from '../../kernel/errors.ts';
import type { OutgoingRecord, RecordHeaders } from '../kafka/index.ts';

/**
 * The outgoing records of one partition and batch as one value of the outbox (docs/architecture.md §4). Layout, big-endian:
 * `u8 version, u32 place of the string table, u32 count`, the records, the table. A record: `u16 topic, i32 key length, key, i32 value
 * length, value, u8 headers`, a header: `u16 name, u16 value` or `u16 name, 0xffff, u32 length, bytes`. Topic, header names and
 * the header values all events of a type share are numbers of strings in the table; -1 as a length is null.
 */
const VERSION = 1;
const HEAD = 9;
const INLINE = 0xffff;
const SHARED: ReadonlySet<string> = new Set([
  'ce_type',
  'ce_source',
  'ce_specversion',
  'ce_dataschema',
  'dlq_step',
  'dlq_topic',
]);

interface Placed {
  topic: string;
  headers: RecordHeaders;
  key: readonly [number, number] | null;
  value: readonly [number, number] | null;
}

export class FrameWriter {
  #buffer: Buffer;
  #at = HEAD;
  readonly #numbers = new Map<string, number>();
  readonly #placed: Placed[] = [];

  constructor(room = 65_536) {
    this.#buffer = Buffer.allocUnsafe(room);
  }

  get count(): number {
    return this.#placed.length;
  }

  /** Adds a record. Text is written as UTF-8. */
  add(topic: string, key: string | Buffer | null, value: string | Buffer | null, headers: RecordHeaders): void {
    this.#number(topic);
    const keyAt = this.#bytes(key);
    const valueAt = this.#bytes(value);
    this.#room(1);
    this.#at = this.#buffer.writeUInt8(headers.length, this.#at);
    for (const header of headers) {
      for (const name in header) this.#header(name, header[name] as string | Buffer);
    }
    this.#placed.push({ topic, headers, key: keyAt, value: valueAt });
  }

  /** The frame, and its records whose keys and values are views into it: nothing is copied for the producer. */
  finish(): { bytes: Buffer; records: OutgoingRecord[] } {
    const table = Buffer.from(JSON.stringify([...this.#numbers.keys()]), 'utf8');
    const tableAt = this.#at;
    this.#room(table.length);
    table.copy(this.#buffer, tableAt);
    const bytes = this.#buffer.subarray(0, tableAt + table.length);
    bytes.writeUInt8(VERSION, 0);
    bytes.writeUInt32BE(tableAt, 1);
    bytes.writeUInt32BE(this.#placed.length, 5);
    const view = (place: readonly [number, number] | null) =>
      place === null ? null : bytes.subarray(place[0], place[1]);
    return {
      bytes,
      records: this.#placed.map(({ topic, headers, key, value }) => ({
        topic,
        key: view(key),
        value: view(value),
        headers,
      })),
    };
  }

  #header(name: string, value: string | Buffer): void {
    this.#number(name);
    if (typeof value === 'string' && SHARED.has(name)) {
      this.#number(value);
      return;
    }
    this.#room(2);
    this.#at = this.#buffer.writeUInt16BE(INLINE, this.#at);
    this.#bytes(value);
  }

  #number(text: string): void {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#numbers.size));
    this.#room(2);
    this.#at = this.#buffer.writeUInt16BE(number, this.#at);
  }

  #bytes(value: string | Buffer | null): readonly [number, number] | null {
    if (value === null) {
      this.#room(4);
      this.#at = this.#buffer.writeInt32BE(-1, this.#at);
      return null;
    }
    this.#room(4 + (typeof value === 'string' ? value.length * 3 : value.length));
    const start = this.#at + 4;
    const size = typeof value === 'string' ? this.#buffer.write(value, start, 'utf8') : value.copy(this.#buffer, start);
    this.#buffer.writeInt32BE(size, this.#at);
    this.#at = start + size;
    return [start, this.#at];
  }

  #room(more: number): void {
    if (this.#at + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + more));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

/** The records of a frame. Throws HubError OUTBOX_FRAME when it is not one. */
export function readFrame(bytes: Buffer): OutgoingRecord[] {
  if (bytes.length < HEAD || bytes.readUInt8(0) !== VERSION)
    throw new HubError('OUTBOX_FRAME', 'a value of hub.outbox is not a frame of events this version can read');
  const table = JSON.parse(bytes.toString('utf8', bytes.readUInt32BE(1))) as string[];
  const count = bytes.readUInt32BE(5);
  let at = HEAD;
  const text = (): string => {
    at += 2;
    return table[bytes.readUInt16BE(at - 2)] as string;
  };
  const value = (): Buffer | null => {
    const size = bytes.readInt32BE(at);
    at += 4;
    if (size < 0) return null;
    at += size;
    return bytes.subarray(at - size, at);
  };
  const records: OutgoingRecord[] = [];
  for (let n = 0; n < count; n += 1) {
    const topic = text();
    const key = value();
    const body = value();
    const headers: RecordHeaders = [];
    const headerCount = bytes.readUInt8(at);
    at += 1;
    for (let h = 0; h < headerCount; h += 1) {
      const name = text();
      if (bytes.readUInt16BE(at) !== INLINE) headers.push({ [name]: text() });
      else {
        at += 2;
        headers.push({ [name]: value() as Buffer });
      }
    }
    records.push({ topic, key, value: body, headers });
  }
  return records;
}
