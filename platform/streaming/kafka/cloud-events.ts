import type { Static, TObject } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { EventDefinition } from '../../../models/events/index.ts';
import { HubError } from '../../kernel/errors.ts';
import type { Message, OutgoingRecord, RecordHeaders } from './message.ts';

/** What CloudEvents says about an event beside its data. `time` is RFC 3339. */
export interface EventAttributes {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string;
  dataSchema: string | undefined;
  traceparent: string | undefined;
}

/** A record that is not the event it says it is: to the dead letters, with this code. */
export class UndecodableEventError extends HubError {
  constructor(
    code: 'EVENT_HEADERS' | 'EVENT_UNKNOWN_TYPE' | 'EVENT_NOT_JSON' | 'EVENT_SCHEMA',
    message: string,
    details: Record<string, unknown> = {},
    cause?: unknown,
  ) {
    super(code, message, { details, cause });
  }
}

/** One event in CloudEvents' binary mode on Kafka (docs/architecture.md §3). `subject` defaults to the key of the event. */
export function encodeEvent<Schema extends TObject>(
  definition: EventDefinition<Schema>,
  event: { id: string; source: string; subject?: string; time: string; data: Static<Schema>; traceparent?: string },
): OutgoingRecord {
  const key = definition.key(event.data);
  return {
    topic: definition.topic,
    key: Buffer.from(key, 'utf8'),
    value: Buffer.from(JSON.stringify(event.data), 'utf8'),
    headers: eventHeaders(definition, { ...event, subject: event.subject ?? key }),
  };
}

/** Headers that are the same for every event of a type. */
const constant = new WeakMap<object, RecordHeaders>();

/** The headers of encodeEvent alone. */
export function eventHeaders(
  definition: Pick<EventDefinition, 'type' | 'dataSchema'>,
  event: { id: string; source: string; subject: string; time: string; traceparent?: string },
): RecordHeaders {
  let same = constant.get(definition);
  if (same === undefined)
    constant.set(
      definition,
      (same = [{ ce_type: definition.type }, { ce_specversion: '1.0' }, { ce_dataschema: definition.dataSchema }]),
    );
  const headers: RecordHeaders = [
    { ce_id: event.id },
    { ce_source: event.source },
    { ce_subject: event.subject },
    { ce_time: event.time },
    ...same,
  ];
  if (event.traceparent !== undefined) headers.push({ traceparent: event.traceparent });
  return headers;
}

/** Reads the CloudEvents attributes. Throws UndecodableEventError (EVENT_HEADERS) when one that must be there is not. */
export function decodeHeaders(message: Pick<Message, 'headers'>): EventAttributes {
  let id, type, source, subject, time, dataSchema, traceparent: string | undefined;
  for (const header of message.headers ?? []) {
    for (const name in header) {
      const value = header[name] as string | Buffer;
      const text = typeof value === 'string' ? value : value.toString('utf8');
      if (name === 'ce_id') id = text;
      else if (name === 'ce_type') type = text;
      else if (name === 'ce_source') source = text;
      else if (name === 'ce_subject') subject = text;
      else if (name === 'ce_time') time = text;
      else if (name === 'ce_dataschema') dataSchema = text;
      else if (name === 'traceparent') traceparent = text;
    }
  }
  if (!id || !type || !source || !time) {
    const missing = Object.entries({ ce_id: id, ce_type: type, ce_source: source, ce_time: time })
      .filter(([, value]) => !value)
      .map(([name]) => name);
    throw new UndecodableEventError('EVENT_HEADERS', `the record lacks ${missing.join(', ')}`, { missing });
  }
  return { id, type, source, subject, time, dataSchema, traceparent };
}

const ajv = new Ajv({ strict: false, allErrors: false });
addFormats.default(ajv, { mode: 'fast' });
const validators = new WeakMap<object, ValidateFunction>();

/** The compiled validator of an event's data: compiled once per process. */
export function validatorOf(definition: Pick<EventDefinition, 'data'>): ValidateFunction {
  let validate = validators.get(definition.data);
  if (validate === undefined) validators.set(definition.data, (validate = ajv.compile(definition.data)));
  return validate;
}

/**
 * The data of a record, parsed and checked against its schema. Throws UndecodableEventError: EVENT_NOT_JSON or EVENT_SCHEMA,
 * with where it fails, never with the value found there (it may be a person's).
 */
export function dataOf<Schema extends TObject>(
  definition: EventDefinition<Schema>,
  message: Pick<Message, 'value'>,
): Static<Schema> {
  let data: unknown;
  try {
    if (message.value === null) throw new SyntaxError('no value');
    data = JSON.parse(message.value.toString('utf8'));
  } catch (cause) {
    throw new UndecodableEventError(
      'EVENT_NOT_JSON',
      `the value is not JSON (${message.value?.length ?? 0} bytes)`,
      {},
      cause,
    );
  }
  const validate = validatorOf(definition);
  if (!validate(data))
    throw new UndecodableEventError('EVENT_SCHEMA', schemaMessage(definition, validate.errors), {
      errors: (validate.errors ?? []).map(({ instancePath, keyword }) => ({ pointer: instancePath, keyword })),
    });
  return data as Static<Schema>;
}

function schemaMessage(
  definition: { type: string; version: number },
  errors: ErrorObject[] | null | undefined,
): string {
  const places = (errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`);
  return `not a ${definition.type} v${definition.version}: ${places.join('; ')}`;
}
