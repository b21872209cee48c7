import { afterAll } from '@jest/globals';
import { bureauEffect } from '../../../connectors/bureaus/bureau-effect.ts';
import { revealInBatches } from '../../../connectors/bureaus/reveal-batcher.ts';
import { startScoringSandbox } from '../../../connectors/bureaus/sandbox/scoring-server.ts';
import { scoringBureau } from '../../../connectors/bureaus/scoring/index.ts';
import type { Effect } from '../../../platform/effect-runtime/index.ts';
import { createPool, migrate } from '../../../platform/postgres/index.ts';
import { deriveKeys, Privacy } from '../../../platform/privacy/index.ts';
import { projectPath } from '../../../platform/project.ts';
import { createTestDatabase } from '../../support/stack.ts';
import { command, commandRecord, type Command } from './effect-harness.ts';
import { connectorContract } from './suite.ts';

// Real keys of persons in Postgres: what the connector sends is opened by the same code as in the hub.
const person = { name: '欧阳测试', idNo: '11010519491231002X', mobile: '13912345678' };
const database = await createTestDatabase('bureaus');
await migrate(database.url, projectPath('models/state/migrations'));
const pool = createPool(database.url);
const privacy = new Privacy(pool, deriveKeys(Buffer.alloc(32, 7)));
const [sealed] = await privacy.protect([person]);
const protectedSubject: Partial<Command> = { personId: sealed!.personId, subject: { name: sealed!.name, idNo: sealed!.idNo, mobile: sealed!.mobile } };

afterAll(async () => {
  await pool.end();
  await database.drop();
});

connectorContract('bureaus.scoring', {
  connector: scoringBureau,
  start: async () => {
    const sandbox = await startScoringSandbox({ seed: 1, behaviour: { latency: { medianMs: 5, p99Ms: 30 } } });
    const env = { BUREAU_URL: sandbox.url, BUREAU_APP_ID: sandbox.appId, BUREAU_SECRET: sandbox.secret };
    return {
      env,
      badEnv: { ...env, BUREAU_SECRET: 'not-the-secret-of-the-bureau' },
      failNext: (faults) => sandbox.behave({ next: [...faults] }),
      outage: (on) => sandbox.behave({ outage: on ? 'reset' : null }),
      carriedOut: () => sandbox.stats().charged,
      calls: () => sandbox.stats().calls,
      stop: () => sandbox.stop(),
    };
  },
  effect: async (settings) => {
    const connection = scoringBureau.open(settings);
    const effect = bureauEffect({
      bureau: scoringBureau.bureau,
      connection,
      reveal: revealInBatches(privacy, 'connector:bureaus.scoring'),
      limits: scoringBureau.limits(settings),
      consentDays: scoringBureau.consentDays(settings),
    });
    return { effect: effect as unknown as Effect, close: () => connection.close() };
  },
  command: (topics, index) => commandRecord(topics, command(index, { ...protectedSubject, reportRequestId: `r-${topics.commands}-${index}` })),
  secrets: Object.values(person),
});
