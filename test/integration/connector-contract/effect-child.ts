import { randomUUID } from 'node:crypto';
import { scoringBureau } from '../../../connectors/bureaus/scoring/index.ts';
import { bureauEffect } from '../../../connectors/bureaus/bureau-effect.ts';
import { readConnectorSettings } from '../../../connectors/contract.ts';
import { BUREAUS_POLICIES, policyInForce } from '../../../models/policies/index.ts';
import { termsOf } from '../../../connectors/bureaus/terms.ts';
import type { CallLimits, Effect } from '../../../platform/streaming/effect-runtime/index.ts';
import { memoryRegister } from '../../support/memory-register.ts';
import { contextOn, onTopics, plainSubject, startEffect, type Topics } from './effect-harness.ts';

/** A worker of the scoring bureau in a process of its own, to be killed by tests. Takes its orders from EFFECT_CHILD. */
const { databaseUrl, topics, limits } = JSON.parse(process.env.EFFECT_CHILD!) as {
  databaseUrl: string;
  topics: Topics;
  limits: Partial<CallLimits>;
};
const settings = readConnectorSettings(scoringBureau.spec, process.env);
const connection = scoringBureau.open(settings);
const effect = bureauEffect({
  adapter: scoringBureau,
  connection,
  register: memoryRegister(),
  terms: (day) => termsOf(policyInForce(BUREAUS_POLICIES, day).value, 'scoring'),
  reveal: plainSubject,
  limits: scoringBureau.limits(settings),
  consentDays: scoringBureau.consentDays(settings),
});
const context = contextOn(databaseUrl, (line) => process.stderr.write(line));
const worker = await startEffect(onTopics(effect as unknown as Effect, topics, limits), context);
process.send?.({ started: randomUUID() });
process.on('message', (message) => {
  if (message === 'stop')
    void worker
      .stop()
      .then(() => connection.close())
      .then(() => process.exit(0));
  if (message === 'metrics')
    void context.metrics.getMetricsAsJSON().then((metrics) =>
      process.send?.({
        metrics,
        rss: process.memoryUsage.rss(),
        cpuMicros: process.cpuUsage().user + process.cpuUsage().system,
      }),
    );
});
