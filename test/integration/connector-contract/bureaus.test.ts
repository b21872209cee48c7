import { generateKeyPairSync } from 'node:crypto';
import { afterAll } from '@jest/globals';
import type { TObject } from '@sinclair/typebox';
import type { BureauAdapter } from '../../../connectors/bureaus/bureau.ts';
import { bureauEffect } from '../../../connectors/bureaus/bureau-effect.ts';
import { openEnquiryRegister } from '../../../connectors/bureaus/enquiry-register.ts';
import { fraudList } from '../../../connectors/bureaus/fraud/index.ts';
import { pbocBureau } from '../../../connectors/bureaus/pboc/index.ts';
import { revealInBatches } from '../../../connectors/bureaus/reveal-batcher.ts';
import { startSandboxOf } from '../../../connectors/bureaus/sandbox/index.ts';
import { personReport } from '../../../connectors/bureaus/sandbox/person-report.ts';
import { scoringBureau } from '../../../connectors/bureaus/scoring/index.ts';
import { termsOf } from '../../../connectors/bureaus/terms.ts';
import { BUREAUS_POLICIES, policyInForce } from '../../../models/policies/index.ts';
import type { Effect } from '../../../platform/streaming/effect-runtime/index.ts';
import { samplePersons } from '../../support/sample-persons.ts';
import { command, commandRecord, type Topics } from './effect-harness.ts';
import { connectorContract } from './suite.ts';

const SEED = 1;
// Real keys of persons and a real register in Postgres: what the connector sends is opened by the same code as in the hub, and every
// command of the suite is about somebody else (who has a file), so that nothing is used again.
const persons = await samplePersons('bureaus', 1_000, (idNo) => personReport(SEED, idNo) !== undefined);
afterAll(() => persons.drop());

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;

contractOf(scoringBureau, 'scoring', { BUREAU_SECRET: 'not-the-secret-of-the-bureau' });
contractOf(pbocBureau, 'pboc', { PBOC_PRIVATE_KEY: otherKey });
contractOf(fraudList, 'fraud', { FRAUD_LIST_SIGN_KEY: 'not-the-key-of-the-fraud-list' });

function contractOf<Settings extends TObject>(
  adapter: BureauAdapter<Settings>,
  played: 'scoring' | 'pboc' | 'fraud',
  bad: Record<string, string>,
): void {
  const { bureau } = adapter;
  const person = new Map<string, number>();
  connectorContract(adapter.name, {
    connector: adapter,
    start: async () => {
      const sandbox = await startSandboxOf(played, { seed: SEED, behaviour: { latency: { medianMs: 5, p99Ms: 30 } } });
      return {
        env: sandbox.env,
        badEnv: { ...sandbox.env, ...bad },
        failNext: (faults) => sandbox.behave({ next: [...faults] }),
        outage: (on) => sandbox.behave({ outage: on ? 'reset' : null }),
        carriedOut: () => sandbox.stats().charged,
        calls: () => sandbox.stats().calls,
        stop: () => sandbox.stop(),
      };
    },
    effect: async (settings) => {
      const connection = adapter.open(settings);
      const effect = bureauEffect({
        adapter,
        connection,
        register: openEnquiryRegister(persons.pool, bureau, Date.now),
        terms: (day) => termsOf(policyInForce(BUREAUS_POLICIES, day).value, bureau),
        reveal: revealInBatches(persons.privacy, `connector:${adapter.name}`),
        limits: adapter.limits(settings),
        consentDays: adapter.consentDays(settings),
      });
      return { effect: effect as unknown as Effect, close: () => connection.close() };
    },
    command: (topics: Topics, index) => {
      const name = `${topics.commands}-${index}`;
      if (!person.has(name)) person.set(name, person.size);
      return commandRecord(
        topics,
        command(index, {
          ...persons.subject(person.get(name)!),
          bureau,
          kind: adapter.kind,
          reportRequestId: `r-${name}`,
        }),
      );
    },
    secrets: persons.plain(50).flatMap((one) => Object.values(one)),
  });
}
