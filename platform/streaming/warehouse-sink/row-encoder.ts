import type { Message } from '../kafka/index.ts';
import { headerText, REPLAY_HEADER } from '../kafka/index.ts';
import type { SinkTopic } from './topics.ts';
import type { TsvBuffer } from './tsv-buffer.ts';
import { epochText, isStorableInstant, type TypedFields } from './typed-fields.ts';

/** Name of the sink where dead letters and replays name a step. */
export const SINK_STEP = 'warehouse-sink';

/**
 * What became of a record: a row was written, the record is a replay meant for another step, it lacks what a row needs, or ClickHouse
 * has to convert its data.
 */
export type Encoded = 'row' | 'skipped' | 'refused' | 'untyped';

const EMPTY = Buffer.alloc(0);

/** Writes records of one topic as TabSeparated rows, in the order of its insert statement's columns. The value goes through as bytes. */
export class RowEncoder {
  readonly #topic: SinkTopic;
  readonly #prefix: Buffer;

  constructor(topic: SinkTopic) {
    this.#topic = topic;
    this.#prefix = Buffer.from(`${topic.topic}\t`, 'utf8');
  }

  /**
   * Appends the record. An event without id or time, or with a type that is not its topic's, is refused; a dead letter never is.
   * With `typed` the row has its data columns, too, or nothing is written and the record is `untyped`.
   */
  append(message: Message, into: TsvBuffer, typed?: TypedFields): Encoded {
    return this.#topic.kind === 'event' ? this.#event(message, into, typed) : this.#deadLetter(message, into);
  }

  #event(message: Message, into: TsvBuffer, typed: TypedFields | undefined): Encoded {
    let id: Buffer | undefined;
    let time: Buffer | undefined;
    let source: Buffer = EMPTY;
    let trace: Buffer = EMPTY;
    let schema: Buffer = EMPTY;
    let type: Buffer | undefined;
    let replay: Buffer | undefined;
    for (const header of message.headers ?? []) {
      for (const name in header) {
        const value = header[name] as Buffer;
        switch (name) {
          case 'ce_id':
            id = value;
            break;
          case 'ce_time':
            time = value;
            break;
          case 'ce_source':
            source = value;
            break;
          case 'ce_type':
            type = value;
            break;
          case 'ce_dataschema':
            schema = value;
            break;
          case 'traceparent':
            trace = value;
            break;
          case REPLAY_HEADER:
            replay = value;
            break;
        }
      }
    }
    if (replay !== undefined && replay.toString('utf8') !== SINK_STEP) return 'skipped';
    const value = message.value;
    if (
      id === undefined ||
      id.length === 0 ||
      time === undefined ||
      type === undefined ||
      value === null ||
      value.length === 0
    )
      return 'refused';
    if (type.length + 1 !== this.#prefix.length || type.compare(this.#prefix, 0, type.length) !== 0) return 'refused';
    const instant = Date.parse(time.toString('latin1'));
    if (!isStorableInstant(instant)) return 'refused';
    const data = typed?.encode(value);
    if (typed !== undefined && data === undefined) return 'untyped';
    into.raw(this.#prefix);
    into.ascii(`${message.partition}\t${message.offset}`);
    into.field(id);
    into.ascii(epochText(instant));
    into.field(source);
    into.field(keyBytes(message));
    into.field(trace);
    into.ascii(schemaVersion(schema));
    if (data === undefined) into.lastField(value);
    else {
      into.field(value);
      into.line(data);
    }
    return 'row';
  }

  #deadLetter(message: Message, into: TsvBuffer): Encoded {
    const header = (name: string): string => headerText(message.headers, name) ?? '';
    const time = Date.parse(header('dlq_time'));
    into.raw(this.#prefix);
    into.ascii(`${message.partition}\t${message.offset}`);
    into.text(header('ce_id'));
    into.field(keyBytes(message));
    for (const name of ['dlq_reason', 'dlq_detail', 'dlq_step']) into.text(header(name));
    // Without its marks a dead letter is known by where it lies itself.
    into.text(header('dlq_topic') || message.topic);
    into.ascii(integerText(header('dlq_partition'), message.partition));
    into.ascii(integerText(header('dlq_offset'), message.offset));
    into.ascii(epochText(isStorableInstant(time) ? time : (message.timestamp ?? 0)));
    into.text(JSON.stringify(headersObject(message)));
    into.lastField(message.value ?? EMPTY);
    return 'row';
  }
}

/** The number after the `v` that ends `/events/<type>/v<number>`; 0 when there is none. */
function schemaVersion(schema: Buffer): string {
  let at = schema.length;
  while (at > 0 && (schema[at - 1] as number) >= 0x30 && (schema[at - 1] as number) <= 0x39) at--;
  const digits = schema.length - at;
  return digits === 0 || digits > 4 ? '0' : schema.toString('latin1', at);
}

function keyBytes(message: Message): Uint8Array {
  const key = message.key;
  return key == null ? EMPTY : typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
}

function integerText(text: string, fallback: number): string {
  return /^\d{1,15}$/.test(text) ? text : String(fallback);
}

function headersObject(message: Message): Record<string, string> {
  const all: Record<string, string> = {};
  for (const header of message.headers ?? []) for (const name in header) all[name] = String(header[name]);
  return all;
}
