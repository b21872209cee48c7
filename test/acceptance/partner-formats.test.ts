import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPartner, setPartnerFormat } from '../../connectors/intake/index.ts';
import type { PartnerFormat } from '../../models/forms/partner-format.ts';
import { SAMPLE_FORMATS } from '../../models/forms/samples/index.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { addConfigVersion, rollbackConfig } from '../../platform/storage/configuration/store.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import type { InvalidInputError } from '../../platform/kernel/errors.ts';
import { DEALER_WEST, generateApplications, type ApplicationBody } from '../generators/index.ts';
import { asDealerWest } from '../generators/partner-layouts.ts';
import { eventually } from '../support/eventually.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient } from '../support/partner-client.ts';

const KEY = 'partner-format/dealer-west';
const format = SAMPLE_FORMATS['dealer-west'];
let home: IntakeHome;
let context: OpenContext;
let server: IntakeServer;
let elsewhere: IntakeServer;
let elsewhereContext: OpenContext;
let west: PartnerClient;
let westElsewhere: PartnerClient;
const today = businessDateOf(Date.now());
const publish = (value: PartnerFormat, effectiveFrom = today, key = KEY) =>
  addConfigVersion(context.postgres, { key, value, effectiveFrom, note: 'test', actor: 'test' });

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  elsewhereContext = await openIntakeContext(home);
  server = await startIntakeServer(context);
  elsewhere = await startIntakeServer(elsewhereContext);
  const partner = await addPartner(context, 'test', { partnerId: 'dealer-west', name: 'Dealer west' });
  west = new PartnerClient(server.url, partner);
  westElsewhere = new PartnerClient(elsewhere.url, partner);
});

afterAll(async () => {
  for (const client of [west, westElsewhere]) client?.close();
  for (const each of [server, elsewhere]) await each?.close();
  for (const each of [context, elsewhereContext]) await each?.close();
  await home?.drop();
});

const applications = [
  ...generateApplications({
    seed: 11,
    count: 12,
    partners: [DEALER_WEST],
    shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
  }),
].map(({ body }) => JSON.parse(body) as ApplicationBody);
const own = (n: number, change: object = {}): object => ({ ...asDealerWest(applications[n]!), ...change });

describe('a partner with a layout of its own', () => {
  it('is chosen by its setting, in force in every process at once, and back again', async () => {
    expect((await west.post(own(0))).status).toBe(400);
    await expect(
      setPartnerFormat(context, 'test', { partnerId: 'dealer-west', input: 'json', format: 'dealer-west' }),
    ).rejects.toMatchObject({ errors: [{ code: 'UNKNOWN_FORMAT' }] });
    await publish(format);
    await expect(
      setPartnerFormat(context, 'test', { partnerId: 'dealer-west', input: 'csv', format: 'dealer-west' }),
    ).rejects.toMatchObject({ errors: [{ code: 'OTHER_INPUT' }] });
    await expect(
      setPartnerFormat(context, 'test', { partnerId: 'nobody', input: 'json', format: 'dealer-west' }),
    ).rejects.toMatchObject({ code: 'PARTNER_UNKNOWN' });
    await setPartnerFormat(context, 'test', { partnerId: 'dealer-west', input: 'json', format: 'dealer-west' });
    const accepted = await eventually(async () => {
      const answer = await westElsewhere.post(own(0));
      if (answer.status === 400) throw new Error('not in force yet');
      return answer;
    }, 2_000);
    expect(accepted.status).toBe(202);
    // What was sent is one application, whichever way it is written.
    expect((await west.post(own(0))).body).toMatchObject({ applicationId: accepted.body!.applicationId });
    expect((await west.post(applications[1])).status).toBe(400);
    await setPartnerFormat(context, 'test', { partnerId: 'dealer-west', input: 'json', format: null });
    await eventually(async () => expect((await westElsewhere.post(applications[0])).status).toBe(200), 2_000);
    await setPartnerFormat(context, 'test', { partnerId: 'dealer-west', input: 'json', format: 'dealer-west' });
    await eventually(async () => expect((await west.post(own(2))).status).toBeLessThan(300), 2_000);
  });

  it('is told of errors by its own fields and ours', async () => {
    const answer = await west.post(
      own(3, { 产品代码: '??', 客户: { ...(own(3) as { 客户: object }).客户, 微信: 'x' } }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body!.errors).toEqual([
      { source: '/客户/微信', pointer: '', code: 'UNKNOWN_FIELD', detail: expect.any(String) },
      { source: '/产品代码', pointer: '/product', code: 'NOT_IN_CODE_LIST', detail: expect.any(String) },
    ]);
  });

  it('changes by a new version from one application to the next, and by rollback again', async () => {
    const changed: PartnerFormat = {
      ...format,
      codes: { ...format.codes, 产品: { values: { ...format.codes!.产品!.values, 'XC-NEW': 'NEW-ANNUITY' } } },
    };
    const novel = own(4, { 产品代码: 'XC-NEW' });
    expect((await west.post(novel)).status).toBe(400);
    const { version } = await publish(changed);
    expect(version).toBe(2);
    await eventually(async () => expect((await westElsewhere.post(novel)).status).toBeLessThan(300), 2_000);
    await rollbackConfig(context.postgres, { key: KEY, to: 1, effectiveFrom: today, actor: 'test' });
    await eventually(
      async () => expect((await westElsewhere.post(own(5, { 产品代码: 'XC-NEW' }))).status).toBe(400),
      2_000,
    );
  });

  it('keeps its version until the date of the next one', async () => {
    await publish(
      { ...format, codes: { ...format.codes, 产品: { values: { 'XC-LATER': 'NEW-ANNUITY' } } } },
      '2099-01-01',
    );
    expect((await west.post(own(6))).status).toBe(202);
    expect((await west.post(own(7, { 产品代码: 'XC-LATER' }))).status).toBe(400);
  });
});

describe('the OpenAPI document', () => {
  it('shows files and attachments with examples, and the partner’s own field in problems', async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<
        string,
        Record<
          string,
          {
            requestBody?: { content: Record<string, object> };
            responses: Record<string, { content?: Record<string, { schema: object }> }>;
          }
        >
      >;
    };
    const batch = paths['/v1/applications/batch']!.post!;
    expect(Object.keys(batch.requestBody!.content)).toEqual(['text/csv']);
    expect(Object.keys(batch.responses['200']!.content!)).toEqual([
      'application/json',
      'application/x-ndjson',
      'text/csv',
    ]);
    expect(JSON.stringify(batch.responses['200'])).toContain('NOT_A_NUMBER');
    const attachments = paths['/v1/applications/{applicationId}/attachments']!;
    expect(Object.keys(attachments.post!.requestBody!.content)).toContain('image/png');
    expect(JSON.stringify(attachments.post!.responses['201'])).toContain('id-card');
    expect(
      Object.keys(
        paths['/v1/applications/{applicationId}/attachments/{attachmentId}']!.get!.responses['200']!.content!,
      ),
    ).toContain('application/pdf');
    expect(JSON.stringify(paths['/v1/applications']!.post!.responses['400'])).toContain('source');
  });
});

describe('hub config set partner-format/…', () => {
  it.each<[string, unknown, string, string, string]>([
    ['what is no format', { fields: [] }, KEY, '/', 'REQUIRED'],
    ['a field too much', { ...format, colour: 'red' }, KEY, '/', 'ADDITIONALPROPERTIES'],
    [
      'a format that leaves a required field out',
      { ...format, fields: format.fields.slice(1) },
      KEY,
      '/fields',
      'REQUIRED',
    ],
    ['a name that is none', format, 'partner-format/Dealer West', '/key', 'UNKNOWN_KEY'],
  ])('refuses %s and says where', async (_what, value, key, pointer, code) => {
    const error = (await publish(value as PartnerFormat, today, key).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )) as InvalidInputError;
    expect(error.errors.map((flaw) => [flaw.pointer, flaw.code])).toContainEqual([pointer, code]);
  });
});
