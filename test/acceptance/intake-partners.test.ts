import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HubClient, HubRefusal } from '../../connectors/intake/client/index.ts';
import type { PartnerCredentials } from '../../connectors/intake/client/index.ts';
import {
  addPartner,
  changePartner,
  listPartners,
  rotatePartner,
  setPartnerDisabled,
} from '../../connectors/intake/index.ts';
import {
  BODY_CIPHERS,
  newKeyPair,
  pemOf,
  SCHEMES,
  type BodyCipher,
  type Scheme,
} from '../../connectors/intake/partners/signing/index.ts';
import type { NewPartner } from '../../connectors/intake/partners/partners.ts';
import { partnerVerbs } from '../../connectors/intake/partners/partner-verbs.ts';
import type { VerbResult } from '../../platform/edge/cli/verb.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { seededRandom } from '../generators/index.ts';
import { somePng } from '../support/attachment-client.ts';
import { eventually } from '../support/eventually.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { nativeCsv } from '../support/native-csv.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication } from '../support/sample-application.ts';

/** Two web processes' worth of servers on one database: what is changed at one must be in force at the other. */
let home: IntakeHome;
let context: OpenContext;
let otherContext: OpenContext;
let server: IntakeServer;
let other: IntakeServer;
let next = 1_000;

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  otherContext = await openIntakeContext(home);
  server = await startIntakeServer(context);
  other = await startIntakeServer({
    ...otherContext,
    settings: { ...otherContext.settings, trustedProxies: ['127.0.0.1'] },
  });
});

afterAll(async () => {
  await server?.close();
  await other?.close();
  await context?.close();
  await otherContext?.close();
  await home?.drop();
});

const sample = (): ReturnType<typeof sampleApplication> => sampleApplication(next++);
const firstError = (answer: Answer): { pointer: string; code: string } =>
  (answer.body?.errors as { pointer: string; code: string }[])[0]!;

/** A partner's own key pair in PEM; nothing with HMAC. */
async function ownKeys(scheme: Scheme): Promise<{ publicKey?: string; privateKey?: string }> {
  if (scheme === 'HUB1-HMAC-SHA256') return {};
  const { publicKey, privateKey } = await newKeyPair(scheme);
  return {
    publicKey: pemOf(publicKey),
    privateKey: `-----BEGIN PRIVATE KEY-----\n${privateKey.toString('base64')}\n-----END PRIVATE KEY-----\n`,
  };
}

function credentialsOf(
  appId: string,
  given: Awaited<ReturnType<typeof addPartner>> | Awaited<ReturnType<typeof rotatePartner>>,
  privateKey?: string,
): PartnerCredentials {
  const body = given.encryption === undefined ? {} : { body: { cipher: given.encryption, key: given.bodyKey! } };
  return given.scheme === 'HUB1-HMAC-SHA256'
    ? { appId, scheme: given.scheme, secret: given.secret!, ...body }
    : { appId, scheme: given.scheme, privateKey: privateKey!, hubPublicKey: given.hubPublicKey!, ...body };
}

async function newPartner(
  partnerId: string,
  wish: Partial<NewPartner> & { scheme?: Scheme } = {},
): Promise<PartnerCredentials> {
  const { publicKey, privateKey } = await ownKeys(wish.scheme ?? 'HUB1-HMAC-SHA256');
  return credentialsOf(
    partnerId,
    await addPartner(context, 'test', {
      name: partnerId,
      ...wish,
      partnerId,
      ...(publicKey === undefined ? {} : { publicKey }),
    } as NewPartner & { publicKey?: undefined }),
    privateKey,
  );
}

describe.each(SCHEMES)('%s', (scheme) => {
  it.each<[string, BodyCipher | undefined]>([
    ['plain', undefined],
    ...BODY_CIPHERS.map((cipher): [string, BodyCipher] => [cipher, cipher]),
  ])('sends, asks, and is refused by the partners’ own client (%s)', async (name, encryption) => {
    const partnerId = `${scheme}-${name}`;
    const credentials = await newPartner(partnerId, { scheme, ...(encryption === undefined ? {} : { encryption }) });
    const client = new HubClient({ url: server.url, credentials });
    const application = sample() as never;
    const first = await client.send(application);
    expect(first.status).toBe('RECEIVED');
    expect(await client.send(application)).toEqual(first);
    expect(await client.status(first.applicationId)).toMatchObject({
      applicationId: first.applicationId,
      status: 'RECEIVED',
      decision: null,
    });
    expect((await client.statusOfOrder((application as { partnerOrderNo: string }).partnerOrderNo)).applicationId).toBe(
      first.applicationId,
    );
    await expect(client.send({ ...(application as object), colour: 'red' } as never)).rejects.toThrow(HubRefusal);
    await expect(client.status('00000000-0000-5000-8000-000000000000')).rejects.toMatchObject({ status: 404 });
    // What is stored is the body as it was before it was encrypted, under the persons' keys: nothing plain, and not the ciphertext of the way.
    const { rows } = await context.postgres.query<{ length: number }>(
      'SELECT length(raw) AS length FROM intake.accepted WHERE application_id = $1',
      [first.applicationId],
    );
    expect(rows[0]!.length).toBe(Buffer.byteLength(JSON.stringify(application)) + 28);
  });

  it.each<[string, BodyCipher | undefined]>([
    ['plain', undefined],
    ...BODY_CIPHERS.map((cipher): [string, BodyCipher] => [cipher, cipher]),
  ])('sends documents and files of applications by the partners’ own client (%s)', async (name, encryption) => {
    const credentials = await newPartner(`${scheme}-files-${name}`, {
      scheme,
      ...(encryption === undefined ? {} : { encryption }),
    });
    const client = new HubClient({ url: server.url, credentials });
    const { applicationId } = await client.send(sample() as never);
    const document = { kind: 'id-card', mediaType: 'image/png', content: somePng(seededRandom(next), 20_000) };
    const attachment = await client.attach(applicationId, document);
    expect(attachment).toMatchObject({ kind: 'id-card', mediaType: 'image/png', sizeBytes: 20_000 });
    expect(await client.attach(applicationId, document)).toEqual(attachment);
    expect(await client.attachments(applicationId)).toEqual([attachment]);
    const back = await client.attachment(applicationId, attachment.attachmentId);
    expect([back.mediaType, back.content.equals(document.content)]).toEqual(['image/png', true]);
    await expect(client.attach(applicationId, { ...document, mediaType: 'image/jpeg' })).rejects.toMatchObject({
      status: 415,
    });

    const two = [sample(), sample()];
    const { rows, summary } = await client.sendFile(Buffer.from(nativeCsv(two)));
    expect(summary).toMatchObject({ rows: 2, accepted: 2, complete: true });
    expect(rows.map(({ partnerOrderNo }) => partnerOrderNo)).toEqual(two.map(({ partnerOrderNo }) => partnerOrderNo));
    expect((await client.status(rows[0]!.applicationId!)).partnerOrderNo).toBe(two[0]!.partnerOrderNo);
    expect((await client.sendFile(Buffer.from(nativeCsv(two)))).summary).toMatchObject({ accepted: 0, duplicate: 2 });
    await expect(client.sendFile(Buffer.from('not,an\napplication,file'))).rejects.toMatchObject({ status: 400 });
  });

  it('is what its partner must sign by: any other is a downgrade, refused', async () => {
    const partnerId = `${scheme}-only`;
    const credentials = await newPartner(partnerId, { scheme });
    for (const wrong of SCHEMES.filter((one) => one !== scheme)) {
      const { privateKey, publicKey } = await ownKeys(wrong);
      // Also the classic one: the public key, which anybody may have, taken for the secret of HMAC.
      const secret = 'hubPublicKey' in credentials ? credentials.hubPublicKey : 'guess';
      const forged = new PartnerClient(
        server.url,
        wrong === 'HUB1-HMAC-SHA256'
          ? { appId: partnerId, scheme: wrong, secret }
          : { appId: partnerId, scheme: wrong, privateKey: privateKey!, hubPublicKey: publicKey! },
      );
      const answer = await forged.post(sample());
      expect(answer.status).toBe(401);
      expect(firstError(answer)).toMatchObject({ pointer: '/authorization/scheme', code: 'SCHEME_NOT_ALLOWED' });
      forged.close();
    }
  });

  it('does not take another partner’s signature, nor one over other bytes', async () => {
    const [one, two] = [await newPartner(`${scheme}-one`, { scheme }), await newPartner(`${scheme}-two`, { scheme })];
    const thief = new PartnerClient(server.url, { ...two, appId: one.appId });
    expect(firstError(await thief.post(sample()))).toMatchObject({
      pointer: '/authorization/signature',
      code: 'MISMATCH',
    });
    const honest = new PartnerClient(server.url, one);
    expect(firstError(await honest.post(sample(), { signedBody: Buffer.from('{}') }))).toMatchObject({
      pointer: '/authorization/signature',
      code: 'MISMATCH',
    });
    thief.close();
    honest.close();
  });
});

describe('encrypted bodies', () => {
  it.each(BODY_CIPHERS)(
    '%s is part of the key: plain bodies, other ciphers and other keys are refused, and a replay is one',
    async (cipher) => {
      const encrypted = await newPartner(`enc-${cipher}`, { encryption: cipher });
      const partner = new PartnerClient(server.url, encrypted);
      const { body: _none, ...withoutCipher } = encrypted;
      const plain = new PartnerClient(server.url, withoutCipher);
      expect(firstError(await plain.post(sample()))).toEqual(
        expect.objectContaining({ pointer: '/headers/hub-encryption', code: 'REQUIRED' }),
      );
      const otherKey = new PartnerClient(server.url, {
        ...encrypted,
        body: { cipher, key: Buffer.alloc(cipher === 'SM4-CBC' ? 16 : 32, 7).toString('base64') },
      });
      const garbled = await otherKey.post(sample(), { nonce: 'n-garbled' });
      expect(garbled.status).toBe(400);
      const application = sample();
      expect((await partner.post(application, { nonce: 'n-1' })).status).toBe(202);
      expect(firstError(await partner.post(application, { nonce: 'n-1' }))).toMatchObject({ code: 'REPLAYED' });
      // The nonce of a body that did not open was the partner's own, and is used up.
      expect(firstError(await partner.post(application, { nonce: 'n-garbled' }))).toMatchObject({ code: 'REPLAYED' });
      expect((await partner.post(Buffer.from(`{"a":"${'x'.repeat(70_000)}"}`))).status).toBe(413);
      for (const client of [partner, plain, otherKey]) client.close();
    },
  );

  it('is refused where the key has no cipher', async () => {
    const credentials = await newPartner('enc-none');
    const partner = new PartnerClient(server.url, {
      ...credentials,
      body: { cipher: 'AES-256-GCM', key: Buffer.alloc(32).toString('base64') },
    });
    expect(firstError(await partner.post(sample()))).toMatchObject({
      pointer: '/headers/hub-encryption',
      code: 'NOT_ALLOWED',
    });
    partner.close();
  });
});

describe('rotation', () => {
  it('under load loses no request: from HMAC to SM2 to RSA with encryption, at two processes', async () => {
    const first = await newPartner('rotating');
    let credentials = first;
    const statuses = new Map<number, number>();
    let stop = false;
    const send = async (url: string): Promise<void> => {
      while (!stop) {
        // The partner changes over at its own pace: whoever has begun with the old key ends with it.
        const client = new PartnerClient(url, credentials);
        const answer = await client.post(sample());
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        client.close();
      }
    };
    const senders = Array.from({ length: 8 }, (_, n) => send(n % 2 === 0 ? server.url : other.url));
    await sleep(300);
    for (const [scheme, encryption] of [
      ['HUB1-SM2-SM3', undefined],
      ['HUB1-RSA-SHA256', 'AES-256-GCM'],
      ['HUB1-HMAC-SHA256', undefined],
    ] as const) {
      const { publicKey, privateKey } = await ownKeys(scheme);
      const rotated = await rotatePartner(context, 'test', 'rotating', 1, {
        scheme,
        encryption: encryption ?? 'none',
        ...(publicKey === undefined ? {} : { publicKey }),
      } as { publicKey?: undefined });
      await sleep(250);
      credentials = credentialsOf('rotating', rotated, privateKey);
      await sleep(500);
    }
    stop = true;
    await Promise.all(senders);
    expect([...statuses.keys()]).toEqual([202]);
    const { rows } = await context.postgres.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM intake.accepted WHERE partner_id = 'rotating'`,
    );
    expect(rows[0]!.n).toBe(statuses.get(202));
    // Of all these keys the last two are left; the first one ended with the second rotation.
    const listed = (await listPartners(context)).find(({ partnerId }) => partnerId === 'rotating')!;
    expect(listed.keys.map(({ scheme, encryption, validUntil }) => [scheme, encryption, validUntil === null])).toEqual([
      ['HUB1-HMAC-SHA256', null, true],
      ['HUB1-RSA-SHA256', 'AES-256-GCM', false],
    ]);
    const old = new PartnerClient(other.url, first);
    expect((await old.post(sample())).status).toBe(401);
    old.close();
  });

  it('without grace ends the old key within a second in every process, also when no announcement arrives', async () => {
    const before = new PartnerClient(other.url, await newPartner('sudden'));
    expect((await before.post(sample())).status).toBe(202);
    // Nobody listens any more at the other process.
    await context.postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'autofin-hub listen'`,
    );
    await rotatePartner(context, 'test', 'sudden', 0);
    await sleep(1_000);
    const answer = await before.post(sample());
    expect(answer.status).toBe(401);
    before.close();
  });

  it('keeps keys encrypted at rest and out of the audit', async () => {
    const { publicKey } = await ownKeys('HUB1-RSA-SHA256');
    const added = await addPartner(context, 'test', { partnerId: 'sealed', name: 'Sealed', encryption: 'SM4-CBC' });
    const rotated = await rotatePartner(context, 'test', 'sealed', 1, {
      scheme: 'HUB1-RSA-SHA256',
      publicKey: publicKey!,
    });
    const { rows } = await context.postgres.query<{
      text: string;
    }>(`SELECT encode(verifying || coalesce(answering, '') || coalesce(body_key, ''), 'base64') AS text FROM intake.partner_key WHERE partner_id = 'sealed'
      UNION ALL SELECT coalesce(before::text, '') || coalesce(after::text, '') FROM hub.audit WHERE subject = 'sealed'`);
    const stored = rows.map(({ text }) => text.replaceAll('\n', '')).join('\n');
    for (const secret of [
      added.secret,
      added.bodyKey!,
      rotated.bodyKey!,
      Buffer.from(added.secret).toString('base64'),
      publicKey!.split('\n')[1]!,
    ])
      expect(stored.includes(secret.replaceAll('\n', ''))).toBe(false);
    const { rows: acts } = await context.postgres.query<{ action: string }>(
      `SELECT action FROM hub.audit WHERE subject = 'sealed' ORDER BY at, action`,
    );
    expect(acts.map(({ action }) => action)).toEqual(['partner.add', 'partner.rotate']);
  });
});

describe('disabling', () => {
  it('is in force in every process at once', async () => {
    const credentials = await newPartner('leaving', { scheme: 'HUB1-SM2-SM3' });
    const clients = [server, other].map(({ url }) => new PartnerClient(url, credentials));
    for (const client of clients) expect((await client.post(sample())).status).toBe(202);
    await setPartnerDisabled(context, 'test', 'leaving', true);
    for (const client of clients) expect(firstError(await client.post(sample()))).toMatchObject({ code: 'DISABLED' });
    for (const client of clients) client.close();
  });
});

describe('allowed addresses', () => {
  it('let a partner in from there only, changed at any time', async () => {
    const partner = new PartnerClient(server.url, await newPartner('fenced', { allowedAddresses: ['203.0.113.0/24'] }));
    const refused = await partner.post(sample());
    expect(refused.status).toBe(403);
    expect(firstError(refused)).toMatchObject({ pointer: '/address', code: 'NOT_ALLOWED' });
    await changePartner(context, 'test', 'fenced', { allowedAddresses: ['203.0.113.0/24', '127.0.0.1'] });
    await eventually(async () => expect((await partner.post(sample())).status).toBe(202), 1_000);
    partner.close();
  });

  it('believe X-Forwarded-For from a trusted proxy, and from nobody else', async () => {
    const credentials = await newPartner('proxied', { allowedAddresses: ['203.0.113.7'] });
    const through = async (url: string, forwarded: string): Promise<number> => {
      const client = new PartnerClient(url, credentials);
      const target = '/v1/applications?partnerOrderNo=none';
      const { status } = await client.send('GET', target, undefined, {
        authorization: client.authorization('GET', target, Buffer.alloc(0)),
        'x-forwarded-for': forwarded,
      });
      client.close();
      return status;
    };
    expect(await through(other.url, '203.0.113.7')).toBe(404);
    expect(await through(other.url, '203.0.113.8')).toBe(403);
    // What stands before the last untrusted address was said by a stranger.
    expect(await through(other.url, '203.0.113.7, 198.51.100.1')).toBe(403);
    expect(await through(server.url, '203.0.113.7')).toBe(403);
  });
});

describe('the rate of a partner', () => {
  it('holds over all processes: 429 with Retry-After, the nonce not used up, and free again after it', async () => {
    const credentials = await newPartner('eager', { ratePerSecond: 20 });
    const clients = [server, other].map(({ url }) => new PartnerClient(url, credentials));
    const since = performance.now();
    const answers: Answer[] = [];
    while (performance.now() - since < 3_000)
      answers.push(...(await Promise.all(clients.map((client) => client.post(sample())))));
    const seconds = (performance.now() - since) / 1_000;
    const accepted = answers.filter(({ status }) => status === 202).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect(accepted + refused.length).toBe(answers.length);
    // No more than the bucket of one second, what came in meanwhile, and a lot of 2 for each process; and most of what it may.
    expect(accepted).toBeLessThanOrEqual(20 * (seconds + 1) + 4);
    expect(accepted).toBeGreaterThan(20 * seconds * 0.8);
    expect(refused[0]!.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(firstError(refused[0]!)).toMatchObject({ pointer: '/authorization/app_id', code: 'RATE_LIMITED' });
    const application = sample();
    const [client] = clients as [PartnerClient];
    let limited = await client.post(application, { nonce: 'n-limited' });
    for (let n = 0; n < 60 && limited.status !== 429; n++)
      limited = await client.post(application, { nonce: `n-limited` });
    await sleep(Number(limited.headers['retry-after'] ?? 1) * 1_000);
    await changePartner(context, 'test', 'eager', { ratePerSecond: null });
    await eventually(
      async () =>
        expect(
          (await Promise.all(Array.from({ length: 60 }, () => client.post(sample())))).every(
            ({ status }) => status === 202,
          ),
        ).toBe(true),
      2_000,
    );
    for (const one of clients) one.close();
  });
});

describe('hub partners', () => {
  const run = (path: string, args: string[], options: Record<string, unknown> = {}): Promise<VerbResult> =>
    partnerVerbs
      .find((verb) => verb.path === path)!
      .run({ args, options, settings: context.settings, context: async () => context, progress: () => undefined });

  it('adds with a key from a file, shows what is handed over once, lists, sets and rotates', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'));
    const file = join(folder, 'partner.pem');
    writeFileSync(file, (await ownKeys('HUB1-SM2-SM3')).publicKey!);
    const added = await run('partners add', ['cli'], {
      scheme: 'HUB1-SM2-SM3',
      publicKey: file,
      encryption: 'SM4-CBC',
      allow: ['203.0.113.0/24'],
      rate: '50',
      callback: 'https://partner.example/hub',
    });
    expect(added.json).toMatchObject({
      partnerId: 'cli',
      scheme: 'HUB1-SM2-SM3',
      hubPublicKey: expect.stringContaining('BEGIN PUBLIC KEY'),
      bodyKey: expect.any(String),
    });
    expect(added.json).not.toHaveProperty('secret');
    const listed = await run('partners list', []);
    expect(listed.text).toMatch(
      /^cli\tenabled\tcli\tHUB1-SM2-SM3 \+ SM4-CBC\tfrom 203\.0\.113\.0\/24\t50\/s\thttps:\/\/partner\.example\/hub$/m,
    );
    await run('partners set', ['cli'], { allowAny: true, defaultRate: true, callback: false, name: 'Renamed' });
    expect((await listPartners(context)).find(({ partnerId }) => partnerId === 'cli')).toMatchObject({
      name: 'Renamed',
      allowedAddresses: [],
      ratePerSecond: null,
      callbackUrl: null,
    });
    const rotated = await run('partners rotate', ['cli'], {
      scheme: 'HUB1-HMAC-SHA256',
      encryption: false,
      graceHours: '0',
    });
    expect(rotated.json).toMatchObject({
      scheme: 'HUB1-HMAC-SHA256',
      secret: expect.any(String),
      previousKeyValidUntil: null,
    });
    expect(rotated.json).not.toHaveProperty('bodyKey');
    rmSync(folder, { recursive: true });
  });

  it.each<[string, string[], Record<string, unknown>, string]>([
    ['partners add', ['never'], { scheme: 'RSA' }, '--scheme'],
    ['partners add', ['never'], { encryption: 'DES' }, '--encryption'],
    ['partners add', ['never'], { publicKey: '/nowhere/key.pem' }, '--public-key'],
    ['partners add', ['never'], { rate: 'many' }, '/ratePerSecond'],
    ['partners rotate', ['cli'], { scheme: 'HUB1-RSA-SHA256', graceHours: '1' }, '/publicKey'],
    ['partners rotate', ['cli'], { graceHours: '-1' }, '--grace-hours'],
    ['partners set', ['cli'], {}, '--name'],
  ])('%s %p %p is wrong usage of %s', async (path, args, options, pointer) => {
    await expect(run(path, args, options)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      errors: [expect.objectContaining({ pointer })],
    });
  });

  it.each(['partners rotate', 'partners set', 'partners disable'])(
    '%s says that there is no such partner',
    async (path) => {
      await expect(run(path, ['nobody'], { graceHours: '1', name: 'x' })).rejects.toMatchObject({
        code: 'PARTNER_UNKNOWN',
      });
    },
  );
});

describe('what cannot be', () => {
  it.each<[string, Partial<NewPartner>, string, string]>([
    ['a network with host bits', { allowedAddresses: ['10.0.0.1/8'] }, '/allowedAddresses/0', 'HOST_BITS'],
    ['a rate of nothing', { ratePerSecond: 0 }, '/ratePerSecond', 'OUT_OF_RANGE'],
    ['half a request', { ratePerSecond: 1.5 }, '/ratePerSecond', 'OUT_OF_RANGE'],
    ['a callback with a password', { callbackUrl: 'https://user:pass@example.com/' }, '/callbackUrl', 'CREDENTIALS'],
    ['a callback by FTP', { callbackUrl: 'ftp://example.com/' }, '/callbackUrl', 'SCHEME'],
    ['SM2 without a key', { scheme: 'HUB1-SM2-SM3' }, '/publicKey', 'REQUIRED'],
    ['HMAC with a key', { publicKey: 'x' }, '/publicKey', 'NOT_ALLOWED'],
    ['no key', { scheme: 'HUB1-RSA-SHA256', publicKey: 'x' }, '/publicKey', 'FORM'],
    ['an id with a blank', { partnerId: 'a b' }, '/partnerId', 'FORM'],
    ['no name', { name: ' ' }, '/name', 'FORM'],
  ])('%s', async (_what, wish, pointer, code) => {
    await expect(addPartner(context, 'test', { partnerId: 'never', name: 'Never', ...wish })).rejects.toMatchObject({
      errors: [expect.objectContaining({ pointer, code })],
    });
    expect((await listPartners(context)).some(({ partnerId }) => partnerId === 'never')).toBe(false);
  });
});
