import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { DataOf, EventDefinition } from '../../../models/events/index.ts';
import type { PolicyVersion } from '../../../models/policies/policy-in-force.ts';

/** An event as `decide` sees it: a union over what the pipeline reads, told apart by `type`. `time` is RFC 3339. */
export type IncomingEvent<Definition extends EventDefinition> =
  Definition extends EventDefinition<infer Schema, infer Type>
    ? {
        readonly type: Type;
        readonly id: string;
        readonly time: string;
        readonly source: string;
        readonly data: Static<Schema>;
      }
    : never;

/** An event to be emitted: its definition and its data; id, source, time and traceparent are the runtime's. */
export interface EmittedEvent<Definition extends EventDefinition = EventDefinition> {
  readonly definition: Definition;
  readonly data: DataOf<Definition>;
}

/** What `decide` knows beside state and event. The same for the whole batch. */
export interface DecideContext<Policy = unknown> {
  /** The policy in force today (business date of `now`, Asia/Shanghai). */
  readonly policy: PolicyVersion<Policy>;
  /** The policy in force on a business date `YYYY-MM-DD`. Throws PolicyMissing when none is (the event becomes a dead letter). */
  policyAt(businessDate: string): PolicyVersion<Policy>;
  /** The policy of that version, for a case that keeps the version it began under; undefined when it is not known. */
  policyOf(version: string): PolicyVersion<Policy> | undefined;
  /** RFC 3339, UTC. */
  readonly now: string;
}

/** The four outcomes (docs/architecture.md §3). */
export type Outcome<State, Emits extends EventDefinition> =
  | { readonly outcome: 'done'; readonly state: State; readonly events: readonly EmittedOf<Emits>[] }
  | { readonly outcome: 'ignored'; readonly reason: string }
  | { readonly outcome: 'retry'; readonly reason: string }
  | { readonly outcome: 'dead-letter'; readonly reason: string; readonly detail: string };

export type EmittedOf<Definition extends EventDefinition> = Definition extends EventDefinition
  ? EmittedEvent<Definition>
  : never;

/** The event had its effect: the state of its key from now on, and what follows from it. */
export function done<State, const Events extends readonly EmittedEvent[]>(
  state: State,
  events: Events,
): { outcome: 'done'; state: State; events: Events } {
  return { outcome: 'done', state, events };
}

/** The event is rightly without effect. `reason`: a stable code. */
export function ignored(reason: string): { outcome: 'ignored'; reason: string } {
  return { outcome: 'ignored', reason };
}

/** The event cannot be decided yet: its partition waits with growing pauses and offers it again. `reason`: a stable code. */
export function retry(reason: string): { outcome: 'retry'; reason: string } {
  return { outcome: 'retry', reason };
}

/** A person must look at the event. `reason`: a stable code; `detail`: a sentence without personal data. */
export function deadLetter(reason: string, detail = ''): { outcome: 'dead-letter'; reason: string; detail: string } {
  return { outcome: 'dead-letter', reason, detail };
}

/** An event to emit, typed by its definition. */
export function emit<Definition extends EventDefinition>(
  definition: Definition,
  data: DataOf<Definition>,
): EmittedEvent<Definition> {
  return { definition, data };
}

export interface PipelineSpec<
  Reads extends EventDefinition,
  StateSchema extends TSchema,
  Emits extends EventDefinition,
  Policy,
> {
  /** Kebab-case; names the consumer group `hub.<name>`, the state table `state."<name>"`, metrics and `ce_source`. */
  name: string;
  reads: readonly Reads[];
  /** Key of the state the event belongs to. Events of one key on one topic are decided in the order of that topic. */
  key(event: IncomingEvent<Reads>): string;
  /** Shape of the state: one row per key, in Postgres, as JSON. */
  state: StateSchema;
  emits: readonly Emits[];
  /** Key in `hub.config` under which the dated policy lies. Without one, reading `policy` throws PolicyMissing. */
  policy?: string;
  /** Pure: no clock, no I/O, no chance; must not change the state it is given. Throwing is a bug: the event is dead-lettered. */
  decide(
    state: Static<StateSchema> | undefined,
    event: IncomingEvent<Reads>,
    context: DecideContext<Policy>,
  ): Outcome<Static<StateSchema>, Emits>;
}

/** A pipeline as the runtime runs it. */
export type PipelineDefinition = PipelineSpec<EventDefinition, TSchema, EventDefinition, unknown>;

/**
 * Declares a pipeline (docs/architecture.md §3). Throws when its name is not kebab-case or it reads nothing or one type twice. `Policy` is the
 * shape of the policy's value, by type annotation of `decide`'s third parameter.
 */
export function pipeline<
  Reads extends EventDefinition<TObject, string>,
  StateSchema extends TSchema,
  Emits extends EventDefinition<TObject, string> = never,
  Policy = unknown,
>(spec: PipelineSpec<Reads, StateSchema, Emits, Policy>): PipelineDefinition {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(spec.name) || spec.name.length > 40)
    throw new Error(`pipeline name ${spec.name} is not kebab-case of at most 40 characters`);
  if (spec.reads.length === 0 || new Set(spec.reads.map(({ type }) => type)).size !== spec.reads.length)
    throw new Error(`pipeline ${spec.name} must read something, and each type once`);
  // Inside the runtime the concrete types are gone: it hands each decide only events it has checked against their definition.
  return spec;
}
