import type { Static, TObject } from '@sinclair/typebox';

/** Where in the data conservation finds the business day (Asia/Shanghai, YYYY-MM-DD) and the money (fen): `request.amountFen`. */
interface ConservationPaths {
  day: string;
  amountFen: string;
}

/** What conservation counts of an event. */
interface Conservation<Data> {
  paths: ConservationPaths;
  day(data: Data): string;
  amountFen(data: Data): number;
}

/** Methods, not function properties: so that every definition is an `EventDefinition` where its schema does not matter. */
interface EventSpec<Schema extends TObject, Type extends string = string> {
  /** `<room>.<what-happened>`, past tense, kebab-case; also the name of the topic. */
  type: Type;
  /** Version of the schema; rises with every compatible change, an incompatible change is a new type. */
  version: number;
  title: { zh: string; en: string };
  description: string;
  data: Schema;
  /** Key of the record: events of one key keep their order. */
  key(data: Static<Schema>): string;
  conservation: ConservationPaths;
}

/** One event type: the source of its TypeScript type, validator, topic, warehouse table and catalogue entry. */
export interface EventDefinition<Schema extends TObject = TObject, Type extends string = string> extends Omit<
  EventSpec<Schema, Type>,
  'conservation'
> {
  conservation: Conservation<Static<Schema>>;
  /** Kafka topic: the event type itself. */
  topic: string;
  /** `ce_dataschema`: a stable, relative reference into the catalogue. */
  dataSchema: string;
  /** Warehouse table that holds the event as received. */
  rawTable: string;
}

export type DataOf<Definition> = Definition extends EventDefinition<infer Schema> ? Static<Schema> : never;

/** Declares an event type. Throws when the type is not `<room>.<what-happened>` in kebab-case. */
export function defineEvent<Schema extends TObject, const Type extends string>(
  spec: EventSpec<Schema, Type>,
): EventDefinition<Schema, Type> {
  if (!/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(spec.type))
    throw new Error(`event type ${spec.type} is not <room>.<what-happened>`);
  const { day, amountFen } = spec.conservation;
  return {
    ...spec,
    conservation: { paths: spec.conservation, day: reader<string>(day), amountFen: reader<number>(amountFen) },
    topic: spec.type,
    dataSchema: `/events/${spec.type}/v${spec.version}`,
    rawTable: `raw_${spec.type.replace(/[.-]/g, '_')}`,
  };
}

/** Reads the property at a dotted path. */
function reader<Value>(path: string): (data: object) => Value {
  const steps = path.split('.');
  return (data) => steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], data) as Value;
}
