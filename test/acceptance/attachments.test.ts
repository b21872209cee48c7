import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addPartner } from '../../connectors/intake/index.ts';
import type { OpenContext } from '../../platform/edge/process/open-context.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { seededRandom } from '../generators/index.ts';
import { somePng } from '../support/attachment-client.ts';
import {
  createIntakeHome,
  openIntakeContext,
  startIntakeServer,
  type IntakeHome,
  type IntakeServer,
} from '../support/intake-server.ts';
import { PartnerClient, type Answer } from '../support/partner-client.ts';
import { sampleApplication, samplePerson } from '../support/sample-application.ts';
import { flawsOf, upload } from '../support/signed-upload.ts';

let home: IntakeHome;
let context: OpenContext;
let server: IntakeServer;
let partner: PartnerClient;
let other: PartnerClient;
const random = seededRandom(1);

beforeAll(async () => {
  home = await createIntakeHome();
  context = await openIntakeContext(home);
  server = await startIntakeServer(context);
  partner = new PartnerClient(server.url, await addPartner(context, 'test', { partnerId: 'papers', name: 'Papers' }));
  other = new PartnerClient(server.url, await addPartner(context, 'test', { partnerId: 'others', name: 'Others' }));
});

afterAll(async () => {
  partner?.close();
  other?.close();
  await server?.close();
  await context?.close();
  await home?.drop();
});

const target = (applicationId: string, kind = 'id-card'): string =>
  `/v1/applications/${applicationId}/attachments?kind=${kind}`;
const accepted = async (n: number): Promise<string> =>
  (await partner.post(sampleApplication(n))).body!.applicationId as string;

function archived(): string[] {
  return (readdirSync(join(home.home, 'archive'), { recursive: true }) as string[]).filter((name) =>
    statSync(join(home.home, 'archive', name)).isFile(),
  );
}

async function rows(applicationId: string): Promise<{ attachment_id: string; archive_name: string; event: string }[]> {
  return (
    await context.postgres.query<{ attachment_id: string; archive_name: string; event: string }>(
      'SELECT attachment_id, archive_name, event FROM intake.attachment WHERE application_id = $1 ORDER BY seq',
      [applicationId],
    )
  ).rows;
}

describe('attachments', () => {
  it('are stored before they are answered, once, sealed, and come back as they were', async () => {
    const applicationId = await accepted(1);
    const png = somePng(random, 300_000);
    const first = await upload(partner, target(applicationId), png, 'image/png');
    expect([first.status, first.body]).toEqual([
      201,
      {
        attachmentId: expect.any(String),
        kind: 'id-card',
        mediaType: 'image/png',
        sizeBytes: 300_000,
        receivedAt: expect.any(String),
      },
    ]);
    const [stored] = await rows(applicationId);
    const path = join(
      home.home,
      'archive',
      stored!.archive_name.slice(0, 2),
      stored!.archive_name.slice(2, 4),
      stored!.archive_name,
    );
    const sealed = readFileSync(path);
    expect(sealed.includes(png.subarray(100, 200))).toBe(false);
    expect(stored!.archive_name).not.toBe(createHash('sha256').update(png).digest('hex'));
    expect(JSON.parse(stored!.event)).toMatchObject({
      applicationId,
      partnerId: 'papers',
      kind: 'id-card',
      mediaType: 'image/png',
      sizeBytes: 300_000,
      archiveName: stored!.archive_name,
      requestedAmountFen: sampleApplication(1).request.amountFen,
    });

    const again = await Promise.all([1, 2, 3].map(() => upload(partner, target(applicationId), png, 'image/png')));
    expect(again.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([200, first.body]));
    expect(await rows(applicationId)).toHaveLength(1);
    expect(readFileSync(path).equals(sealed)).toBe(true);

    // The same content as something else is another attachment of the same bytes.
    expect((await upload(partner, target(applicationId, 'income-proof'), png, 'image/png')).status).toBe(201);
    const list = await partner.get(`/v1/applications/${applicationId}/attachments`);
    expect((list.body!.attachments as { kind: string }[]).map(({ kind }) => kind)).toEqual(['id-card', 'income-proof']);
    expect(new Set((await rows(applicationId)).map(({ archive_name: name }) => name)).size).toBe(1);

    const back = await fetchBytes(
      partner,
      `/v1/applications/${applicationId}/attachments/${first.body!.attachmentId as string}`,
    );
    expect(back.bytes.equals(png)).toBe(true);
    expect(back.headers.get('content-type')).toBe('image/png');
    const { rows: audit } = await context.postgres.query<{ actor: string }>(
      `SELECT actor FROM hub.audit WHERE action = 'attachment.read'`,
    );
    expect(audit).toEqual([{ actor: 'partner:papers' }]);
  });

  it('of two persons with the same content lie apart, so that erasing one leaves the other’s', async () => {
    const [mine, theirs] = [await accepted(2), await accepted(3)];
    const png = somePng(random);
    for (const applicationId of [mine, theirs])
      expect((await upload(partner, target(applicationId), png, 'image/png')).status).toBe(201);
    const [a, b] = [(await rows(mine))[0]!, (await rows(theirs))[0]!];
    expect(a.archive_name).not.toBe(b.archive_name);
    const privacy = await openPrivacy(context);
    await privacy.erase(privacy.personIdOf(samplePerson(2).idNo), 'test', 'asked for it');
    const gone = await partner.get(`/v1/applications/${mine}/attachments/${a.attachment_id}`);
    expect([gone.status, flawsOf(gone)]).toEqual([410, [['/url', 'PERSON_ERASED']]]);
    expect((await upload(partner, target(mine), somePng(random), 'image/png')).status).toBe(410);
    expect(
      (await fetchBytes(partner, `/v1/applications/${theirs}/attachments/${b.attachment_id}`)).bytes.equals(png),
    ).toBe(true);
  });

  it('are refused for what they are, with the reason, and leave nothing', async () => {
    const applicationId = await accepted(4);
    const before = archived().length;
    const png = somePng(random);
    const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(100, 'x')]);
    const nobody = '00000000-0000-5000-8000-000000000000';
    const cases: [string, Promise<Answer>, number, string[]][] = [
      [
        'a PDF as PNG',
        upload(partner, target(applicationId), pdf, 'image/png'),
        415,
        ['/headers/content-type', 'TYPE_MISMATCH'],
      ],
      [
        'a program as PNG',
        upload(partner, target(applicationId), Buffer.from('MZ\0\0'), 'image/png'),
        415,
        ['/headers/content-type', 'TYPE_MISMATCH'],
      ],
      [
        'HTML',
        upload(partner, target(applicationId), Buffer.from('<html>'), 'text/html'),
        415,
        ['/headers/content-type', 'MEDIA_TYPE'],
      ],
      [
        'JSON',
        upload(partner, target(applicationId), Buffer.from('{}'), 'application/json'),
        415,
        ['/headers/content-type', 'MEDIA_TYPE'],
      ],
      ['nothing', upload(partner, target(applicationId), Buffer.alloc(0), 'image/png'), 400, ['', 'BODY_EMPTY']],
      [
        'packed',
        upload(partner, target(applicationId), png, 'image/png', { headers: { 'content-encoding': 'gzip' } }),
        415,
        ['/headers/content-encoding', 'CONTENT_ENCODING'],
      ],
      [
        'no kind',
        upload(partner, `/v1/applications/${applicationId}/attachments`, png, 'image/png'),
        400,
        ['/query/kind', 'REQUIRED'],
      ],
      [
        'a kind that is none',
        upload(partner, target(applicationId, '..%2F..'), png, 'image/png'),
        400,
        ['/query/kind', 'FORM'],
      ],
      [
        'an unknown parameter',
        upload(partner, `${target(applicationId)}&name=x`, png, 'image/png'),
        400,
        ['/query/name', 'UNKNOWN_FIELD'],
      ],
      ['no such application', upload(partner, target(nobody), png, 'image/png'), 404, ['/url', 'NOT_FOUND']],
      ['no id at all', upload(partner, target('x'), png, 'image/png'), 404, ['/url', 'NOT_FOUND']],
      [
        'another partner’s application',
        upload(other, target(applicationId), png, 'image/png'),
        404,
        ['/url', 'NOT_FOUND'],
      ],
      [
        'a forged signature',
        upload(partner, target(applicationId), png, 'image/png', { signedBody: pdf }),
        401,
        ['/authorization/signature', 'MISMATCH'],
      ],
      [
        'a kind other than was signed',
        partner.send('POST', target(applicationId, 'contract'), png, {
          'content-type': 'image/png',
          authorization: partner.authorization('POST', target(applicationId), png),
        }),
        401,
        ['/authorization/signature', 'MISMATCH'],
      ],
    ];
    for (const [what, answer, status, flaw] of cases)
      expect([what, (await answer).status, flawsOf(await answer)]).toEqual([what, status, [flaw]]);
    const large = await upload(partner, target(applicationId), somePng(random, 10 * 1_048_576 + 1), 'image/png').catch(
      (error: NodeJS.ErrnoException): string => error.code ?? 'cut',
    );
    if (typeof large !== 'string') expect([large.status, flawsOf(large)]).toEqual([413, [['', 'BODY_TOO_LARGE']]]);
    expect((await upload(partner, target(applicationId), somePng(random, 10 * 1_048_576), 'image/png')).status).toBe(
      201,
    );
    expect(archived()).toHaveLength(before + 1);
    expect(await rows(applicationId)).toHaveLength(1);
    expect(readdirSync(join(home.home, 'spool'))).toEqual([]);
  });

  it('are fifty to an application, however many come at once', async () => {
    const applicationId = await accepted(5);
    const answers = await Promise.all(
      Array.from({ length: 55 }, (_, n) =>
        upload(partner, target(applicationId, `page-${n}`), somePng(random), 'image/png'),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 409).map(flawsOf)).toEqual(Array(5).fill([['/url', 'TOO_MANY']]));
    expect(await rows(applicationId)).toHaveLength(50);
  });

  it('are not shown to another partner', async () => {
    const applicationId = await accepted(6);
    const { body } = await upload(partner, target(applicationId), somePng(random), 'image/png');
    for (const path of [
      `/v1/applications/${applicationId}/attachments`,
      `/v1/applications/${applicationId}/attachments/${body!.attachmentId as string}`,
    ])
      expect((await other.get(path)).status).toBe(404);
    expect(
      (await partner.get(`/v1/applications/${applicationId}/attachments/00000000-0000-5000-8000-000000000000`)).status,
    ).toBe(404);
  });
});

async function fetchBytes(client: PartnerClient, path: string): Promise<{ bytes: Buffer; headers: Headers }> {
  const answer = await fetch(`${server.url}${path}`, {
    headers: { authorization: client.authorization('GET', path, Buffer.alloc(0)) },
  });
  return { bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
}
