import type { Static, TObject } from '@sinclair/typebox';

/** What conservation counts of an event: the business day it belongs to (Asia/Shanghai, YYYY-MM-DD) and the money it carries (fen). */
export interface ConservationOf<Data> {
  day(data: Data): string;
  amountFen(data: Data): number;
}

/** Methods, not function properties: so that every definition is an `EventDefinition` where its schema does not matter. */
export interface EventSpec<Schema extends TObject, Type extends string = string> {
  /** `<room>.<what-happened>`, past tense, kebab-case; also the name of the topic. */
  type: Type;
  /** Version of the schema; rises with every compatible change, an incompatible change is a new type. */
  version: number;
  title: { zh: string; en: string };
  description: string;
  data: Schema;
  /** Key of the record: events of one key keep their order. */
  key(data: Static<Schema>): string;
  conservation: ConservationOf<Static<Schema>>;
}

/** One event type: the source of its TypeScript type, validator, topic, warehouse table and catalogue entry. */
export interface EventDefinition<Schema extends TObject = TObject, Type extends string = string> extends EventSpec<Schema, Type> {
  /** Kafka topic: the event type itself. */
  topic: string;
  /** `ce_dataschema`: a stable, relative reference into the catalogue. */
  dataSchema: string;
  /** Warehouse table that holds the event as received. */
  rawTable: string;
}

export type DataOf<Definition> = Definition extends EventDefinition<infer Schema> ? Static<Schema> : never;

/** Declares an event type. Throws when the type is not `<room>.<what-happened>` in kebab-case. */
export function defineEvent<Schema extends TObject, const Type extends string>(spec: EventSpec<Schema, Type>): EventDefinition<Schema, Type> {
  if (!/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(spec.type)) throw new Error(`event type ${spec.type} is not <room>.<what-happened>`);
  return {
    ...spec,
    topic: spec.type,
    dataSchema: `/events/${spec.type}/v${spec.version}`,
    rawTable: `raw_${spec.type.replace(/[.-]/g, '_')}`,
  };
}
