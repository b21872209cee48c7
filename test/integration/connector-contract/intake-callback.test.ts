import { Type, type Static } from '@sinclair/typebox';
import { BlockList } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setting, type Connector } from '../../../connectors/contract.ts';
import { callbackEffect, callbackLimits } from '../../../connectors/intake/callbacks/callback-effect.ts';
import {
  openCallbackClient,
  type CallbackClient,
  type CallbackTarget,
} from '../../../connectors/intake/callbacks/callback-client.ts';
import { PartnerWatch } from '../../../connectors/intake/callbacks/partner-watch.ts';
import { startCallbackReceiver } from '../../../connectors/intake/index.ts';
import { signerOf, verifierOf } from '../../../connectors/intake/partners/signing/index.ts';
import { HubError } from '../../../platform/kernel/errors.ts';
import type { Effect } from '../../../platform/streaming/effect-runtime/index.ts';
import { encodeEvent } from '../../../platform/streaming/kafka/index.ts';
import { applicationDecided, type DataOf } from '../../../models/events/index.ts';
import { connectorContract } from './suite.ts';

/** What `hub partners` keeps of one partner, as the settings of a connector to it. */
const spec = Type.Object({
  url: setting(Type.String(), { env: 'CALLBACK_URL' }),
  appId: setting(Type.String(), { env: 'CALLBACK_APP_ID' }),
  secret: setting(Type.String(), { env: 'CALLBACK_SECRET', secret: true }),
});
const ORDER_NO = 'ORDER-THAT-STAYS-BETWEEN-US';
const TIMEOUT_MS = 400;

function openClient(): CallbackClient {
  const opened = new BlockList();
  opened.addSubnet('127.0.0.0', 8, 'ipv4');
  return openCallbackClient({ clock: Date.now, timeoutMs: TIMEOUT_MS, opened });
}

function targetOf({ url, appId, secret }: Static<typeof spec>): CallbackTarget {
  const [scheme, key] = ['HUB1-HMAC-SHA256', Buffer.from(secret)] as const;
  return {
    partnerId: appId,
    url,
    keys: [
      {
        keyNo: 1,
        scheme,
        verifier: verifierOf(scheme, key),
        body: undefined,
        signer: () => signerOf(scheme, key),
        validUntilMs: Infinity,
      },
    ],
  };
}

const partner: Connector<typeof spec> = {
  name: 'intake.callback',
  title: { zh: '合作方', en: 'Partner' },
  directions: ['send'],
  spec,
  check: async (settings) => {
    const client = openClient();
    try {
      await client.deliver(
        targetOf(settings),
        { type: 'ping', callbackId: randomUUID() },
        { signal: AbortSignal.timeout(5_000) },
      );
      return { ok: true, detail: 'answered', milliseconds: 0 };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { ok: false, code: error.code, detail: error.message };
    } finally {
      await client.close();
    }
  },
};

function decided(index: number): DataOf<typeof applicationDecided> {
  return {
    applicationId: `a-${index}`,
    personId: `p-${index}`,
    partnerId: 'acme',
    product: 'NEW-ANNUITY',
    region: '110105',
    businessDate: '2026-11-23',
    requestedAmountFen: 100 + index,
    outcome: 'DECLINED',
    amountFen: 0,
    annualRate: null,
    termMonths: 36,
    reasons: [{ code: 'AGE_MIN', detail: 'too young' }],
    policyVersion: '1',
    bureauScore: null,
    receivedAt: '2026-11-23T10:00:00.000Z',
    decidedAt: '2026-11-23T10:00:01.000Z',
    trace: [],
  };
}

connectorContract('intake.callback', {
  connector: partner,
  start: async () => {
    const receiver = await startCallbackReceiver();
    const secret = 'the secret of the partner';
    receiver.serve('acme', { appId: 'acme', scheme: 'HUB1-HMAC-SHA256', secret });
    const env = { CALLBACK_URL: receiver.addressOf('acme'), CALLBACK_APP_ID: 'acme', CALLBACK_SECRET: secret };
    return {
      env,
      badEnv: { ...env, CALLBACK_SECRET: 'not the secret of the partner' },
      failNext: (next) => receiver.behave({ next }),
      outage: (on) => receiver.behave({ outage: on ? 'reset' : null }),
      carriedOut: () => receiver.stats().stored,
      calls: () => receiver.stats().calls,
      stop: () => receiver.stop(),
    };
  },
  effect: async (settings: Static<typeof spec>) => {
    const client = openClient();
    const watch = new PartnerWatch(Date.now, 60_000, Math.random);
    const effect = callbackEffect({
      client,
      watch,
      clock: Date.now,
      limits: callbackLimits({ callbackConcurrency: 64, callbackTimeoutMs: TIMEOUT_MS }),
      targetOf: async () => targetOf(settings),
      orderNoOf: async () => ORDER_NO,
    });
    return { effect: effect as unknown as Effect, close: () => client.close(), problem: () => watch.problem() };
  },
  command: (topics, index) => {
    const data = { ...decided(index), applicationId: `${topics.commands}-${index}` };
    return encodeEvent(
      { ...applicationDecided, topic: topics.commands },
      { id: `e-${data.applicationId}`, source: '/test', time: data.decidedAt, data, traceparent: undefined },
    );
  },
  secrets: [ORDER_NO],
});
