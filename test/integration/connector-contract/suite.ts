import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TObject } from '@sinclair/typebox';
import type { CheckResult, Connector } from '../../../connectors/contract.ts';
import { readConnectorSettings, settingNotes } from '../../../connectors/contract.ts';
import type { Effect } from '../../../platform/streaming/effect-runtime/index.ts';
import { headerText, type OutgoingRecord } from '../../../platform/streaming/kafka/index.ts';
import type { RunningWorker } from '../../../platform/kernel/worker.ts';
import {
  createTopics,
  follow,
  followDeadLetters,
  onTopics,
  produce,
  QUICK,
  startEffect,
  testContext,
  type TestContext,
  type TopicReader,
  type Topics,
} from './effect-harness.ts';
import { eventually } from '../../support/eventually.ts';

/** Ways the other side is made to fail. */
export type PartyFault =
  | 'timeout'
  | 'lost-answer'
  | 'wrong-signature'
  | 'unknown-field'
  | 'missing-field'
  | 'garbage'
  | 'half'
  | 'slow-loris'
  | 'rate-limit'
  | 'refuse';

/** What a connector's test brings: its sandbox under control, and how its commands and effect are made. */
export interface ConnectorUnderTest {
  connector: Connector<TObject>;
  /** Starts the sandbox; settings that sign in to it, and the same with bad credentials, as environment variables. */
  start(): Promise<{
    env: Record<string, string>;
    badEnv: Record<string, string>;
    /** The faults of the next calls, one each. */
    failNext(faults: readonly PartyFault[]): void;
    /** Nobody answers until it is ended. */
    outage(on: boolean): void;
    /** Effects carried out by the party, by idempotency key. */
    carriedOut(): number;
    calls(): number;
    stop(): Promise<void>;
  }>;
  /** `problem` of a connector that watches its parties one by one: what is wrong with them, undefined while nothing is. */
  effect(settings: never): Promise<{ effect: Effect; close(): Promise<void>; problem?(): string | undefined }>;
  /** The n-th command of a test, as a record for that topic. */
  command(topics: Topics, index: number): OutgoingRecord;
  /** Values of persons that stand in clear in these commands once revealed: must be found nowhere. */
  secrets: readonly string[];
}

/** What every connector that sends must pass (docs/architecture.md §3), over the real Kafka and its sandbox. */
export function connectorContract(name: string, underTest: ConnectorUnderTest): void {
  describe(`connector contract: ${name}`, () => {
    const logged: string[] = [];
    let context: TestContext;
    let party: Awaited<ReturnType<ConnectorUnderTest['start']>>;
    let topics: Topics;
    let results: TopicReader;
    let deadLetters: TopicReader;
    const open: { stop(): Promise<void> }[] = [];

    beforeAll(async () => {
      party = await underTest.start();
      context = await testContext((line) => logged.push(line));
    });
    afterAll(async () => {
      await Promise.all([party.stop(), context.close()]);
    });
    afterEach(async () => {
      party.outage(false);
      for (const one of open.splice(0)) await one.stop();
    });

    const run = async (env = party.env): Promise<RunningWorker> => {
      topics = await createTopics(context);
      [results, deadLetters] = await Promise.all([follow(context, topics.results), followDeadLetters(context, topics)]);
      const { effect, close, problem } = await underTest.effect(
        readConnectorSettings(underTest.connector.spec, env) as never,
      );
      const worker = await startEffect(onTopics(effect, topics, QUICK), context);
      open.push({
        stop: async () => {
          await worker.stop();
          await Promise.all([close(), results.close(), deadLetters.close()]);
        },
      });
      return { ...worker, unhealthy: () => worker.unhealthy?.() ?? problem?.() };
    };
    const send = (...indexes: number[]): Promise<void> =>
      produce(
        context,
        indexes.map((index) => underTest.command(topics, index)),
      );
    const check = (env: Record<string, string>): Promise<CheckResult> =>
      underTest.connector.check(readConnectorSettings(underTest.connector.spec, env));
    const resultsOf = async (count: number): Promise<void> => {
      await results.until((all) => all.length >= count, `${count} results`);
      await sleep(200);
      await results.until(() => true, 'the rest');
      expect(results.records).toHaveLength(count);
      expect(new Set(results.records.map((record) => headerText(record.headers, 'ce_id'))).size).toBe(count);
    };

    it('describes its settings: each with its variable and when it takes effect, secrets marked, none with a default', () => {
      const notes = settingNotes(underTest.connector.spec);
      expect(notes.size).toBeGreaterThan(0);
      for (const [property, note] of notes) {
        expect(note.env).toMatch(/^[A-Z][A-Z0-9_]+$/);
        expect(['at once', 'at restart']).toContain(note.takesEffect);
        const schema = underTest.connector.spec.properties[property] as { writeOnly?: boolean; default?: unknown };
        expect(schema.writeOnly ?? false).toBe(note.secret);
        if (note.secret) expect(schema.default).toBeUndefined();
      }
    });

    it('names the settings that are missing', () => {
      expect(() => readConnectorSettings(underTest.connector.spec, {})).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      );
    });

    it('checks: signs in with good credentials, says why not with bad ones and when nobody answers', async () => {
      expect(await check(party.env)).toMatchObject({ ok: true });
      const bad = await check(party.badEnv);
      expect(bad).toMatchObject({ ok: false, code: 'SIGN_IN_REFUSED' });
      expect(JSON.stringify(bad)).not.toContain(
        Object.values(party.badEnv).find((value) => !Object.values(party.env).includes(value)),
      );
    });

    it('with bad credentials loses and refuses nothing: waits, says so, asks rarely', async () => {
      const worker = await run(party.badEnv);
      const before = party.calls();
      await send(1, 2, 3);
      while (worker.unhealthy?.() === undefined) await sleep(20);
      await sleep(500);
      expect(worker.unhealthy?.()).toContain('SIGN_IN_REFUSED');
      expect(party.calls() - before).toBeLessThan(20);
      await results.until(() => true, 'nothing');
      expect([results.records.length, deadLetters.records.length]).toEqual([0, 0]);
    });

    it('repeats after a timeout, a lost answer, half an answer, garbage and a limit, and has the effect carried out once', async () => {
      await run();
      const before = party.carriedOut();
      party.failNext(['timeout', 'lost-answer', 'garbage', 'half', 'slow-loris', 'rate-limit']);
      await send(10, 11, 12);
      await resultsOf(3);
      expect(party.carriedOut() - before).toBe(3);
    });

    it('does not believe an answer with a wrong signature, and asks again', async () => {
      await run();
      party.failNext(['wrong-signature', 'wrong-signature']);
      await send(20);
      await resultsOf(1);
    });

    it('reads past an unknown field', async () => {
      await run();
      party.failNext(['unknown-field']);
      await send(30);
      await resultsOf(1);
    });

    it('dead-letters an answer that lacks a field, with the field and the original bytes', async () => {
      await run();
      party.failNext(['missing-field']);
      await send(40);
      const [letter] = await deadLetters.until((all) => all.length >= 1, 'a dead letter');
      expect(headerText(letter!.headers, 'dlq_reason')).toBe('ANSWER_FIELD');
      expect(headerText(letter!.headers, 'dlq_detail')).toMatch(/\/\w+ is missing/);
      expect(letter!.value!.equals(underTest.command(topics, 40).value!)).toBe(true);
      await resultsOf(0);
    });

    it('makes a refusal an event', async () => {
      await run();
      party.failNext(['refuse']);
      await send(50);
      await resultsOf(1);
      expect(results.records[0]!.value!.toString()).toContain('rejected');
      await deadLetters.until(() => true, 'no dead letter');
      expect(deadLetters.records).toHaveLength(0);
    });

    it('asks the party for one effect when a command is delivered twice, and makes the same event', async () => {
      await run();
      const before = party.carriedOut();
      await send(60);
      await results.until((all) => all.length >= 1, 'the first');
      await send(60);
      await results.until((all) => all.length >= 2, 'the second');
      expect(party.carriedOut() - before).toBe(1);
      expect(new Set(results.records.map((record) => headerText(record.headers, 'ce_id'))).size).toBe(1);
      expect(results.records[0]!.value!.equals(results.records[1]!.value!)).toBe(true);
    });

    it('survives an outage in mid-stream: nothing lost, nothing twice, hardly a call while it lasts', async () => {
      await run();
      const count = 600;
      const before = party.carriedOut();
      await send(...Array.from({ length: count / 2 }, (_, index) => 1_000 + index));
      await results.until((all) => all.length >= count / 6, 'the first of them');
      party.outage(true);
      await send(...Array.from({ length: count / 2 }, (_, index) => 1_000 + count / 2 + index));
      // Those under way end first, however long that takes here; without a breaker it would be hundreds a second for ever.
      await eventually(async () => {
        const calls = party.calls();
        await sleep(1_000);
        expect(party.calls() - calls).toBeLessThan(30);
      });
      party.outage(false);
      await resultsOf(count);
      expect(party.carriedOut() - before).toBe(count);
      expect(deadLetters.records).toHaveLength(0);
    });

    it('leaves no personal data in topics, dead letters and logs', async () => {
      await run();
      party.failNext(['refuse', 'missing-field', 'garbage', 'lost-answer']);
      await send(70, 71, 72, 73, 74);
      await results.until((all) => all.length >= 4, 'results');
      await deadLetters.until((all) => all.length >= 1, 'a dead letter');
      const seen =
        [...results.records, ...deadLetters.records]
          .map(
            (record) =>
              `${record.value?.toString()} ${JSON.stringify(record.headers?.map((header) => Object.values(header).map(String)))}`,
          )
          .join('\n') + logged.join('');
      expect(logged.length).toBeGreaterThan(0);
      expect(underTest.secrets.length).toBeGreaterThan(0);
      for (const secret of [
        ...underTest.secrets,
        party.env[[...settingNotes(underTest.connector.spec).values()].find(({ secret: marked }) => marked)!.env]!,
      ])
        expect(seen.includes(secret)).toBe(false);
    });
  });
}
