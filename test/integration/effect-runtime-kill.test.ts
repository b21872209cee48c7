import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandboxOf } from '../../connectors/bureaus/sandbox/index.ts';
import { seededRandom } from '../../connectors/bureaus/sandbox/behaviour.ts';
import { headerText } from '../../platform/streaming/kafka/index.ts';
import {
  command,
  commandRecord,
  countByRequest,
  createTopics,
  follow,
  followDeadLetters,
  produce,
  QUICK,
  testContext,
} from './connector-contract/effect-harness.ts';
import { startEffectProcess, type EffectProcess } from './connector-contract/effect-process.ts';

const COMMANDS = 4_000;
const KILLS = 12;

describe('effect runtime under SIGKILL', () => {
  it(`brings ${COMMANDS} commands to one result each while two workers are killed ${KILLS} times, the bureau fails at random, is away for a while and comes back`, async () => {
    const random = seededRandom(20261123);
    const context = await testContext();
    const sandbox = await startSandboxOf('scoring', {
      seed: 3,
      behaviour: {
        latency: { medianMs: 5, p99Ms: 80 },
        errorRate: 0.1,
        faults: ['http-500', 'http-503', 'reset', 'lost-answer', 'half', 'garbage', 'timeout', 'wrong-signature'],
      },
    });
    const topics = await createTopics(context, 6);
    const results = await follow(context, topics.results);
    const deadLetters = await followDeadLetters(context, topics);
    const limits = { ...QUICK, concurrency: 16, timeoutMs: 400 };
    const workers: EffectProcess[] = await Promise.all(
      [0, 1].map(() => startEffectProcess(context, topics, sandbox, limits)),
    );
    let produced = 0;
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const records = Array.from({ length: COMMANDS / KILLS + 1 }, (_, index) => produced + index)
          .filter((index) => index < COMMANDS)
          .map((index) => commandRecord(topics, command(index)));
        produced += records.length;
        await produce(context, records);
        const victim = kill % 2;
        await workers[victim]!.started;
        expect(workers[victim]!.child.exitCode).toBeNull();
        await sleep(200 + random() * 1_500);
        if (kill === 5) sandbox.behave({ outage: 'reset' });
        await workers[victim]!.kill();
        workers[victim] = await startEffectProcess(context, topics, sandbox, limits);
        if (kill === 6) sandbox.behave({ outage: null });
      }
      await results.until((all) => countByRequest(all).size >= COMMANDS, 'a result for every command', 90_000);
      // A repeat would still be on its way.
      await sleep(2_000);
      await results.until(() => true, 'the rest');
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
    const counts = countByRequest(results.records);
    expect(counts.size).toBe(COMMANDS);
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
    expect(new Set(results.records.map((record) => headerText(record.headers, 'ce_id'))).size).toBe(COMMANDS);
    await deadLetters.until(() => true, 'dead letters');
    expect(deadLetters.records).toHaveLength(0);
    // The bureau was asked more often than it was right to answer, and charged each enquiry once.
    expect(sandbox.stats().charged).toBe(COMMANDS);
    expect(sandbox.stats().repeated).toBeGreaterThan(0);
    await Promise.all([results.close(), deadLetters.close()]);
    await sandbox.stop();
    await context.close();
  }, 300_000);
});
