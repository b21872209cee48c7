import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { bureauEffect } from '../../connectors/bureaus/bureau-effect.ts';
import { openEnquiryRegister } from '../../connectors/bureaus/enquiry-register.ts';
import { pbocBureau } from '../../connectors/bureaus/pboc/index.ts';
import { revealInBatches } from '../../connectors/bureaus/reveal-batcher.ts';
import { type BureauSandbox, startSandboxOf } from '../../connectors/bureaus/sandbox/index.ts';
import { readConnectorSettings } from '../../connectors/contract.ts';
import type { Effect } from '../../platform/streaming/effect-runtime/index.ts';
import { headerText } from '../../platform/streaming/kafka/index.ts';
import { createPool } from '../../platform/storage/postgres/index.ts';
import { samplePersons } from '../support/sample-persons.ts';
import {
  command,
  commandRecord,
  createTopics,
  follow,
  followDeadLetters,
  onTopics,
  produce,
  QUICK,
  reportOf,
  startEffect,
  testContext,
  type Command,
  type Report,
  type TopicReader,
  type Topics,
} from './connector-contract/effect-harness.ts';

const context = await testContext();
afterAll(() => context.close());
const persons = await samplePersons('reuse', 80);
afterAll(() => persons.drop());

let sandbox: BureauSandbox;
let topics: Topics;
let results: TopicReader;
let deadLetters: TopicReader;
let nextPerson = 0;
const open: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  sandbox = await startSandboxOf('pboc', { seed: 1, behaviour: { latency: { medianMs: 40, p99Ms: 80 } } });
  topics = await createTopics(context, 6);
  [results, deadLetters] = await Promise.all([follow(context, topics.results), followDeadLetters(context, topics)]);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  await Promise.all([results.close(), deadLetters.close(), sandbox.stop()]);
});

/** A worker as another process would run it: with connections of its own. */
async function startWorker(reuseDays = 14): Promise<void> {
  const settings = readConnectorSettings(pbocBureau.spec, sandbox.env);
  const connection = pbocBureau.open(settings);
  const pool = createPool(persons.databaseUrl);
  const effect = bureauEffect({
    adapter: pbocBureau,
    connection,
    register: openEnquiryRegister(pool, 'pboc', Date.now),
    terms: () => ({ bureau: 'pboc', reuseDays, pricesFen: { report: 200, noFile: 100, rejected: 0 } }),
    reveal: revealInBatches(persons.privacy, 'test'),
    limits: pbocBureau.limits(settings),
    consentDays: pbocBureau.consentDays(settings),
  });
  const worker = await startEffect(onTopics(effect as unknown as Effect, topics, QUICK), context);
  open.push({
    stop: async () => {
      await worker.stop();
      await Promise.all([connection.close(), pool.end()]);
    },
  });
}

/** The n-th application of a person, a command of its own. */
function about(person: number, application: string, change: Partial<Command> = {}): Command {
  return command(0, {
    ...persons.subject(person),
    bureau: 'pboc',
    kind: 'credit-report',
    reportRequestId: `${topics.commands}-${application}`,
    applicationId: `a-${application}`,
    requestedAt: new Date().toISOString(),
    consent: { purpose: 'credit-report', version: '1', at: new Date(Date.now() - 60_000).toISOString() },
    ...change,
  });
}
const send = (...commands: Command[]): Promise<void> =>
  produce(
    context,
    commands.map((one) => commandRecord(topics, one)),
  );
const answers = async (count: number): Promise<Report[]> => {
  await results.until((all) => all.length >= count, `${count} results`);
  await sleep(300);
  await results.until(() => true, 'the rest');
  expect(results.records).toHaveLength(count);
  return results.records.map(reportOf);
};
const daysLater = (instant: string, milliseconds: number): string =>
  new Date(Date.parse(instant) + milliseconds).toISOString();
const DAY = 86_400_000;

describe('a report of the same person', () => {
  it('is fetched once for many applications at the same moment, over several workers and partitions', async () => {
    await Promise.all([startWorker(), startWorker(), startWorker()]);
    const crowd = Array.from({ length: 5 }, () => nextPerson++);
    await send(...crowd.flatMap((person) => Array.from({ length: 8 }, (_, n) => about(person, `${person}x${n}`))));
    const reports = await answers(40);
    // A call that was cut off while the workers share out the partitions is repeated under its own id: still the same enquiry.
    const { charged, calls, repeated } = sandbox.stats();
    expect([charged, calls - repeated]).toEqual([5, 5]);
    for (const person of crowd) {
      const own = reports.filter(({ personId }) => personId === persons.subject(person).personId);
      const [called, ...others] = own.sort((left, right) => Number(left.reused) - Number(right.reused));
      expect(called).toMatchObject({ reused: false, reusedFrom: null });
      expect(called!.costFen).toBeGreaterThan(0);
      expect(others).toHaveLength(7);
      for (const other of others)
        expect(other).toMatchObject({
          reused: true,
          reusedFrom: called!.reportRequestId,
          costFen: 0,
          calls: 0,
          reportedAt: called!.answeredAt,
          reportNo: called!.reportNo,
          outcome: called!.outcome,
        });
    }
  });

  it('is good for 14 days to the millisecond, then it is fetched anew', async () => {
    await startWorker();
    const [inTime, late] = [nextPerson++, nextPerson++];
    await send(about(inTime, 'first'), about(late, 'second'));
    const first = await answers(2);
    const answered = (person: number): string =>
      first.find(({ personId }) => personId === persons.subject(person).personId)!.answeredAt;
    const at = (person: number, beyond: number) => ({
      requestedAt: daysLater(answered(person), 14 * DAY + beyond),
      consent: { purpose: 'credit-report', version: '1', at: answered(person) },
    });
    await send(about(inTime, 'third', at(inTime, 0)), about(late, 'fourth', at(late, 1)));
    const again = (await answers(4)).slice(2);
    expect(again.find(({ applicationId }) => applicationId === 'a-third')).toMatchObject({ reused: true });
    expect(again.find(({ applicationId }) => applicationId === 'a-fourth')).toMatchObject({ reused: false, calls: 1 });
    expect(sandbox.stats().charged).toBe(3);
  });

  it('is never used again where the terms say so', async () => {
    await startWorker(0);
    const person = nextPerson++;
    await send(about(person, 'one'));
    await answers(1);
    await send(about(person, 'two'));
    expect((await answers(2)).map(({ reused }) => reused)).toEqual([false, false]);
    expect(sandbox.stats().charged).toBe(2);
  });

  it('needs the consent of each application: refused before any call, whether or not there is a report', async () => {
    await startWorker();
    const [known, unknown] = [nextPerson++, nextPerson++];
    await send(about(known, 'with'));
    await answers(1);
    const calls = sandbox.stats().calls;
    const without = { consent: { purpose: 'marketing', version: '1', at: '2026-01-01T00:00:00Z' } };
    await send(about(known, 'without', without), about(unknown, 'neither', without));
    for (const report of (await answers(3)).slice(1))
      expect(report).toMatchObject({
        outcome: 'rejected',
        rejection: { code: 'CONSENT_MISSING' },
        reused: false,
        costFen: 0,
        calls: 0,
      });
    expect(sandbox.stats().calls).toBe(calls);
  });

  it('is waited for by all while the bureau is away: one call when it is back, and every failed one counted', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const person = nextPerson++;
    sandbox.behave({ outage: 'http-503' });
    await send(...Array.from({ length: 6 }, (_, n) => about(person, `away${n}`)));
    await sleep(2_000);
    await results.until(() => true, 'nothing');
    expect(results.records).toHaveLength(0);
    sandbox.behave({ outage: null });
    const reports = await answers(6);
    expect(sandbox.stats().charged).toBe(1);
    const called = reports.filter(({ reused }) => !reused);
    expect(called).toHaveLength(1);
    expect(called[0]!.calls).toBeGreaterThan(1);
    expect(new Set(reports.map(({ reportNo }) => reportNo)).size).toBe(1);
  });

  it('is not taken from an answer that was refused, nor from one that could not be read', async () => {
    await startWorker();
    const [refused, garbled] = [nextPerson++, nextPerson++];
    sandbox.behave({ next: ['refuse'] });
    await send(about(refused, 'refused'));
    await answers(1);
    await send(about(refused, 'asked'));
    expect((await answers(2))[1]).toMatchObject({ reused: false, calls: 1 });
    sandbox.behave({ next: ['missing-field'] });
    await send(about(garbled, 'garbled'));
    await deadLetters.until((all) => all.length >= 1, 'a dead letter');
    await send(about(garbled, 'clear'));
    expect((await answers(3))[2]).toMatchObject({ applicationId: 'a-clear', reused: false, calls: 1 });
  });

  it('is not used again once the person is erased', async () => {
    await startWorker();
    const person = nextPerson++;
    await send(about(person, 'before'));
    await answers(1);
    await persons.pool.query('DELETE FROM hub.person_key WHERE person_id = $1', [persons.subject(person).personId]);
    await send(about(person, 'after'));
    const [letter] = await deadLetters.until((all) => all.length >= 1, 'a dead letter');
    expect(headerText(letter!.headers, 'dlq_reason')).toBe('PERSON_ERASED');
    await answers(1);
  });
});
