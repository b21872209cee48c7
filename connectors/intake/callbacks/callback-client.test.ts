import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PartnerCredentials } from '../client/index.ts';
import type { PartnerKey } from '../partners/partner-keys.ts';
import { readAddresses } from '../partners/partner-limits.ts';
import type { Callback } from '../api/partner-schemas.ts';
import { startCallbackReceiver, type CallbackReceiver } from '../sandbox/callback-receiver.ts';
import {
  BODY_CIPHERS,
  newBodyKey,
  newKeyPair,
  pemOf,
  SCHEMES,
  signerOf,
  verifierOf,
  type BodyCipher,
  type Scheme,
} from '../partners/signing/index.ts';
import { openCallbackClient, type CallbackClient, type CallbackTarget } from './callback-client.ts';

const callback: Callback = {
  type: 'application.decided',
  callbackId: 'c-1',
  applicationId: 'a-1',
  partnerOrderNo: 'O-1',
  status: 'DECLINED',
  decision: {
    outcome: 'DECLINED',
    amountFen: 0,
    annualRate: null,
    termMonths: 36,
    reasons: [],
    policyVersion: '1',
    decidedAt: '2026-01-01T00:00:00.000Z',
  },
};
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function receive(): Promise<CallbackReceiver> {
  const receiver = await startCallbackReceiver();
  open.push({ close: () => receiver.stop() });
  return receiver;
}

function client(networks = ['127.0.0.1']): CallbackClient {
  const opened = openCallbackClient({ clock: Date.now, timeoutMs: 500, opened: readAddresses(networks).list });
  open.push(opened);
  return opened;
}

/** Both sides of a key: the hub's, and the partner's credentials. */
async function pair(
  scheme: Scheme,
  cipher?: BodyCipher,
  keyNo = 1,
): Promise<{ key: PartnerKey; credentials: PartnerCredentials }> {
  const body = cipher === undefined ? undefined : { cipher, key: newBodyKey(cipher) };
  const shared = {
    appId: 'acme',
    ...(body === undefined ? {} : { body: { cipher: body.cipher, key: body.key.toString('base64') } }),
  };
  if (scheme === 'HUB1-HMAC-SHA256') {
    const secret = Buffer.from(`secret ${keyNo}`);
    return {
      key: {
        keyNo,
        scheme,
        body,
        verifier: verifierOf(scheme, secret),
        signer: () => signerOf(scheme, secret),
        validUntilMs: Infinity,
      },
      credentials: { ...shared, scheme, secret: secret.toString() },
    };
  }
  const [hub, partner] = [await newKeyPair(scheme), await newKeyPair(scheme)];
  const signer = signerOf(scheme, hub.privateKey);
  const pem = `-----BEGIN PRIVATE KEY-----\n${partner.privateKey.toString('base64')}\n-----END PRIVATE KEY-----`;
  return {
    key: {
      keyNo,
      scheme,
      body,
      verifier: verifierOf(scheme, partner.publicKey),
      signer: () => signer,
      validUntilMs: Infinity,
    },
    credentials: { ...shared, scheme, privateKey: pem, hubPublicKey: pemOf(hub.publicKey) },
  };
}

const call = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(2_000) });

describe('the client to a partner', () => {
  it.each(
    SCHEMES.flatMap((scheme) =>
      [undefined, ...BODY_CIPHERS].map((cipher): [Scheme, BodyCipher | undefined] => [scheme, cipher]),
    ),
  )('tells by %s (%s) and has a receipt signed for it', async (scheme, cipher) => {
    const receiver = await receive();
    const { key, credentials } = await pair(scheme, cipher);
    receiver.serve('acme', credentials);
    await client().deliver(
      { partnerId: 'acme', url: `${receiver.addressOf('acme')}?from=hub`, keys: [key] },
      callback,
      call(),
    );
    expect(receiver.callbacks()).toEqual([{ partnerId: 'acme', callback }]);
  });

  it('is understood by a partner that has not changed over yet, and by one that has', async () => {
    const receiver = await receive();
    const [old, fresh] = [await pair('HUB1-HMAC-SHA256', undefined, 1), await pair('HUB1-SM2-SM3', 'SM4-CBC', 2)];
    const target: CallbackTarget = { partnerId: 'acme', url: receiver.addressOf('acme'), keys: [fresh.key, old.key] };
    for (const [index, credentials] of [
      old.credentials,
      fresh.credentials,
      [fresh.credentials, old.credentials],
    ].entries()) {
      receiver.serve('acme', credentials);
      await client().deliver(target, { ...callback, callbackId: `c-${index}` }, call());
    }
    expect(receiver.stats()).toMatchObject({ stored: 3 });
  });

  it.each([
    ['refuse', 'REFUSED', false],
    ['missing-field', 'ANSWER_FIELD', false],
    ['wrong-signature', 'ANSWER_SIGNATURE', true],
    ['garbage', 'ANSWER_SIGNATURE', true],
    ['half', 'CALLBACK_UNREACHABLE', true],
    ['slow-loris', 'CALLBACK_UNREACHABLE', true],
    ['http-503', 'PARTNER_FAILURE', true],
    ['rate-limit', 'RATE_LIMITED', true],
    ['reset', 'CALLBACK_UNREACHABLE', true],
  ] as const)('takes %s for %s (again later: %p)', async (fault, code, retriable) => {
    const receiver = await receive();
    const { key, credentials } = await pair('HUB1-HMAC-SHA256');
    receiver.serve('acme', credentials);
    receiver.behave({ next: [fault] });
    await expect(
      client().deliver({ partnerId: 'acme', url: receiver.addressOf('acme'), keys: [key] }, callback, call()),
    ).rejects.toMatchObject({ code, retriable });
  });

  it('follows no redirect, and believes no proxy’s 200 or 404', async () => {
    const { key } = await pair('HUB1-HMAC-SHA256');
    const statuses = [302, 200, 404];
    const server: Server = createServer(
      (_request, response) =>
        void response.writeHead(statuses.shift()!, { location: 'http://127.0.0.1:1/' }).end('{"callbackId":"c-1"}'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => server.close() });
    const target = {
      partnerId: 'acme',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      keys: [key],
    };
    const through = client();
    for (const code of ['UNEXPECTED_STATUS', 'ANSWER_SIGNATURE', 'ANSWER_SIGNATURE'])
      await expect(through.deliver(target, callback, call())).rejects.toMatchObject({ code, retriable: true });
  });

  it.each(['http://127.0.0.1:PORT/', 'http://localhost:PORT/', 'http://[::ffff:127.0.0.1]:PORT/'])(
    'does not go to %s unless the operator has opened it',
    async (url) => {
      const receiver = await receive();
      const { key } = await pair('HUB1-HMAC-SHA256');
      const target = { partnerId: 'acme', url: url.replace('PORT', new URL(receiver.url).port), keys: [key] };
      await expect(client([]).deliver(target, callback, call())).rejects.toMatchObject({
        code: 'ADDRESS_NOT_ALLOWED',
        retriable: false,
      });
      expect(receiver.stats().calls).toBe(0);
    },
  );
});
