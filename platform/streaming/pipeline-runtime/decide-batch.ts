import { businessDateOf } from '../../kernel/clock.ts';
import { HubError, messageOf } from '../../kernel/errors.ts';
import {
  DEAD_LETTER_TOPIC,
  derivedEventId,
  effectTraceparent,
  encodeDeadLetter,
  eventHeaders,
  partitionName,
  validatorOf,
  type Message,
  type TopicPartition,
} from '../kafka/index.ts';
import type { EventDefinition } from '../../../models/events/index.ts';
import { FrameWriter } from './frame.ts';
import { conservationOf, type Input } from './decode.ts';
import type { DecideContext, EmittedEvent, PipelineDefinition } from './pipeline.ts';
import type { PolicySnapshot } from './policy-source.ts';

/** A state as it lies in Postgres. */
export interface StoredState {
  version: number;
  state: string;
}

/** What became of an input; `emitted` counts what went out, under the topic it went to. */
export type TallyOutcome = 'done' | 'ignored' | 'dead_letter' | 'skipped' | 'emitted';

export interface TallyLine extends TopicPartition {
  day: string;
  outcome: TallyOutcome;
  events: number;
  amountFen: number;
}

/** What a batch made of one partition's records. */
export interface PartitionResult extends TopicPartition {
  /** First offset of the batch, and the one after its last decided record; equal when the very first was to be retried. */
  firstOffset: number;
  nextOffset: number;
  frame: FrameWriter;
  /** Set when a record is to be offered again: it and what follows it on this partition are undecided. */
  retry: { offset: number; reason: string; traceparent: string | undefined } | undefined;
}

/** Something a person should find in the log. */
export interface Notice {
  message: Message;
  reason: string;
  detail: string;
  traceparent: string | undefined;
}

/** Everything the batch changes; nothing is done yet. */
export interface BatchResult {
  partitions: PartitionResult[];
  /** Keys whose state changed, with the version each had (0: none) and the new state as JSON. */
  changes: { keys: string[]; versions: number[]; states: string[] };
  tally: TallyLine[];
  emitted: Map<string, number>;
  deadLetters: Notice[];
  undecided: Input[];
}

interface Cell {
  version: number;
  text: string | undefined;
  value: unknown;
  changed: boolean;
}

/** A larger value could be refused by a broker with default settings, after the decision has been stored. */
export const MAX_EVENT_BYTES = 900_000;

/**
 * Decides a batch in order, in memory. Pure but for the calls of `decide`, which must be so as well: a lost race for a state
 * runs it again over the same records.
 */
export function decideBatch(
  pipeline: PipelineDefinition,
  inputs: readonly Input[],
  stored: ReadonlyMap<string, StoredState>,
  surroundings: { policies: PolicySnapshot; nowMs: number },
): BatchResult {
  return new BatchDecision(pipeline, stored, surroundings).run(inputs);
}

class BatchDecision {
  readonly #pipeline: PipelineDefinition;
  readonly #stored: ReadonlyMap<string, StoredState>;
  readonly #context: DecideContext;
  readonly #emits: ReadonlyMap<string, EventDefinition>;
  readonly #source: string;
  readonly #cells = new Map<string, Cell>();
  readonly #partitions = new Map<string, PartitionResult>();
  readonly #tally = new Map<string, TallyLine>();
  readonly #emitted = new Map<string, number>();
  readonly #deadLetters: Notice[] = [];
  readonly #undecided: Input[] = [];
  #latest: PartitionResult | undefined;
  /** The line of the tally each outcome counted on last. */
  readonly #lines: Partial<Record<TallyOutcome, TallyLine>> = {};

  constructor(
    pipeline: PipelineDefinition,
    stored: ReadonlyMap<string, StoredState>,
    surroundings: { policies: PolicySnapshot; nowMs: number },
  ) {
    this.#pipeline = pipeline;
    this.#stored = stored;
    this.#emits = new Map(pipeline.emits.map((definition) => [definition.type, definition]));
    this.#source = `/pipelines/${pipeline.name}`;
    const { policies, nowMs } = surroundings;
    this.#context = {
      get policy() {
        return policies.at(businessDateOf(nowMs));
      },
      policyAt: (businessDate) => policies.at(businessDate),
      policyOf: (version) => policies.of(version),
      now: new Date(nowMs).toISOString(),
    };
  }

  run(inputs: readonly Input[]): BatchResult {
    for (const input of inputs) {
      const partition = this.#partition(input.message);
      if (partition.retry !== undefined) this.#undecided.push(input);
      else this.#one(input, partition);
    }
    const changes: BatchResult['changes'] = { keys: [], versions: [], states: [] };
    // In one order for all workers: those that share keys then wait for each other instead of deadlocking.
    for (const key of [...this.#cells.keys()].sort()) {
      const cell = this.#cells.get(key) as Cell;
      if (!cell.changed) continue;
      changes.keys.push(key);
      changes.versions.push(cell.version);
      changes.states.push(cell.text as string);
    }
    return {
      partitions: [...this.#partitions.values()],
      changes,
      tally: [...this.#tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
      emitted: this.#emitted,
      deadLetters: this.#deadLetters,
      undecided: this.#undecided,
    };
  }

  #one(input: Input, partition: PartitionResult): void {
    const { message, read } = input;
    let outcome: TallyOutcome;
    if (read.kind === 'skip') outcome = 'skipped';
    else if (read.kind === 'unreadable') outcome = this.#bury(input, partition, read.reason, read.detail);
    else {
      const decided = this.#decide(input, read.event, read.key, partition);
      if (decided === undefined) return;
      outcome = decided;
    }
    partition.nextOffset = message.offset + 1;
    this.#count(input.message, input, outcome);
  }

  /** The outcome, undefined for a retry. */
  #decide(
    input: Input,
    event: { type: string; id: string },
    key: string,
    partition: PartitionResult,
  ): TallyOutcome | undefined {
    const cell = this.#cell(key);
    try {
      const outcome = this.#pipeline.decide(cell.value, event as never, this.#context);
      switch (outcome.outcome) {
        case 'done': {
          // Everything that can fail comes before anything is kept: the event has its whole effect or none.
          const text = JSON.stringify(outcome.state);
          this.#check(
            validatorOf({ data: this.#pipeline.state as never }),
            outcome.state,
            'STATE_INVALID',
            'the state decide returned',
          );
          const values = outcome.events.map((emitted) => this.#encode(emitted));
          cell.text = text;
          cell.value = outcome.state;
          cell.changed = true;
          outcome.events.forEach((emitted, index) =>
            this.#emit(input, event.id, emitted, values[index] as string, index, partition),
          );
          return 'done';
        }
        case 'ignored':
          return 'ignored';
        case 'retry':
          partition.retry = { offset: input.message.offset, reason: outcome.reason, traceparent: input.traceparent };
          this.#undecided.push(input);
          return undefined;
        case 'dead-letter':
          return this.#bury(input, partition, outcome.reason, outcome.detail);
      }
    } catch (error) {
      // A bug of the rules or of the data they get: this event waits for a person, its neighbours go on, from the state as it was.
      cell.value = cell.text === undefined ? undefined : JSON.parse(cell.text);
      return this.#bury(input, partition, errorCode(error), messageOf(error));
    }
  }

  #encode(emitted: EmittedEvent): string {
    const { type } = emitted.definition;
    const definition = this.#emits.get(type);
    if (definition === undefined)
      throw new HubError('EMITTED_UNDECLARED', `${this.#pipeline.name} does not declare that it emits ${type}`);
    this.#check(validatorOf(definition), emitted.data, 'EMITTED_INVALID', `the ${type} decide returned`);
    conservationOf(definition, emitted.data);
    const value = JSON.stringify(emitted.data);
    if (value.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(value) > MAX_EVENT_BYTES)
      throw new HubError('EMITTED_TOO_LARGE', `the ${type} decide returned is larger than ${MAX_EVENT_BYTES} bytes`);
    return value;
  }

  #check(validate: ReturnType<typeof validatorOf>, data: unknown, code: string, what: string): void {
    if (validate(data)) return;
    const places = (validate.errors ?? []).map(
      (error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`,
    );
    throw new HubError(code, `${what} does not fit its schema: ${places.join('; ')}`);
  }

  #emit(
    input: Input,
    causeId: string,
    emitted: EmittedEvent,
    value: string,
    index: number,
    partition: PartitionResult,
  ): void {
    const definition = this.#emits.get(emitted.definition.type) as EventDefinition;
    const id = derivedEventId(`${this.#pipeline.name}/${definition.type}`, causeId, String(index));
    const key = definition.key(emitted.data);
    const traceparent = effectTraceparent({ id: causeId, traceparent: input.traceparent }, id);
    partition.frame.add(
      definition.topic,
      key,
      value,
      eventHeaders(definition, { id, source: this.#source, subject: key, time: this.#context.now, traceparent }),
    );
    this.#emitted.set(definition.type, (this.#emitted.get(definition.type) ?? 0) + 1);
    // Under the partition of its cause: workers then seldom share a line of the tally.
    this.#count(
      { topic: definition.topic, partition: input.message.partition },
      conservationOf(definition, emitted.data),
      'emitted',
    );
  }

  #bury(input: Input, partition: PartitionResult, reason: string, detail: string): 'dead_letter' {
    const record = encodeDeadLetter(input.message, {
      step: this.#pipeline.name,
      reason,
      detail,
      time: this.#context.now,
    });
    partition.frame.add(DEAD_LETTER_TOPIC, record.key, record.value, record.headers);
    this.#deadLetters.push({ message: input.message, reason, detail, traceparent: input.traceparent });
    return 'dead_letter';
  }

  #cell(key: string): Cell {
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      const stored = this.#stored.get(key);
      cell = {
        version: stored?.version ?? 0,
        text: stored?.state,
        value: stored === undefined ? undefined : JSON.parse(stored.state),
        changed: false,
      };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  #partition(message: Message): PartitionResult {
    // Records come in runs of one partition.
    if (this.#latest?.partition === message.partition && this.#latest.topic === message.topic) return this.#latest;
    const name = partitionName(message);
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = {
        topic: message.topic,
        partition: message.partition,
        firstOffset: message.offset,
        nextOffset: message.offset,
        frame: new FrameWriter(),
        retry: undefined,
      };
      this.#partitions.set(name, partition);
    }
    this.#latest = partition;
    return partition;
  }

  #count(
    { topic, partition }: TopicPartition,
    { day, amountFen }: Pick<Input, 'day' | 'amountFen'>,
    outcome: TallyOutcome,
  ): void {
    let line = this.#lines[outcome];
    if (line === undefined || line.partition !== partition || line.day !== day || line.topic !== topic) {
      const name = `${topic}/${partition}/${day}/${outcome}`;
      line = this.#tally.get(name);
      if (line === undefined)
        this.#tally.set(name, (line = { topic, partition, day, outcome, events: 0, amountFen: 0 }));
      this.#lines[outcome] = line;
    }
    line.events += 1;
    line.amountFen += amountFen;
  }
}

/** The code an error carries, else its class. */
function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'DECIDE_THREW';
}
