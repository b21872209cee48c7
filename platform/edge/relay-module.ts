import { userInfo } from 'node:os';
import { InvalidInputError } from '../kernel/errors.ts';
import { ensureTopics, hubTopics } from '../streaming/kafka/index.ts';
import type { RelaySource } from '../streaming/relay/index.ts';
import { relayStatus, resumeRelay, startRelays, type RelayStatus } from '../streaming/relay/index.ts';
import type { Verb } from './cli/verb.ts';
import type { HubModule } from './hub-module.ts';

/** The relay that publishes the tables of all modules in shared transactions, and its verbs. */
export function relayModule(modules: () => readonly HubModule[]): HubModule {
  const sources = (): RelaySource[] => modules().flatMap((module) => module.relays ?? []);
  const sourceNamed = (name: string): RelaySource => {
    const found = sources().find((source) => source.name === name);
    if (found !== undefined) return found;
    const names = sources().map((source) => source.name);
    throw wrong('name', `there is no relay ${name}; there are ${names.join(', ')}`);
  };
  const status: Verb = {
    path: 'relay status',
    summary: 'positions of the relays in Kafka and Postgres',
    run: async ({ context }) => {
      const hub = await context();
      const all = await Promise.all(sources().map((source) => relayStatus(hub, source)));
      return { ok: all.every((one) => !isLost(one)), json: { relays: all }, text: all.map(line).join('\n') };
    },
  };
  const resume: Verb = {
    path: 'relay resume',
    summary: 'say where a relay resumes whose position Kafka has lost; without --from, what is known of it',
    declare: (command) =>
      void command
        .argument('<name>')
        .option('--from <seq>', 'the first sequence number that is not on the topic; from there on all is published'),
    run: async ({ args, options, context }) => {
      const source = sourceNamed(args[0]!);
      const hub = await context();
      if (options.from === undefined) {
        const known = await relayStatus(hub, source);
        throw wrong('--from', `say the sequence number to resume from; known is: ${line(known)}`);
      }
      const from = Number(options.from);
      if (!Number.isSafeInteger(from)) throw wrong('--from', 'must be a whole number');
      const resumed = await resumeRelay(hub, source, from, `cli:${userInfo().username}`);
      return { ok: true, json: resumed, text: line(resumed) };
    },
  };
  return {
    name: 'relay',
    workers: [
      {
        name: 'relay',
        role: 'relay',
        start: async (context) => {
          await ensureTopics(context, hubTopics(context.settings));
          return startRelays(context, 'relay', sources());
        },
      },
    ],
    verbs: [status, resume],
  };
}

function isLost({ next, saved, chosen }: RelayStatus): boolean {
  return next === null && (saved ?? 1) > 1 && chosen === null;
}

function line(status: RelayStatus): string {
  const { relay, table, next, saved, chosen, highest } = status;
  const published = next ?? 1;
  const state = isLost(status)
    ? 'position lost'
    : chosen !== null && next === null
      ? `resumes at ${chosen}`
      : `${Math.max(0, (highest ?? 0) + 1 - published)} to publish`;
  return `${relay} (${table}): ${state}; Kafka ${next ?? 'none'}, Postgres ${saved ?? 'none'}, last row ${highest ?? 'none'}`;
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(detail, [{ pointer, code: 'INVALID', detail }]);
}
