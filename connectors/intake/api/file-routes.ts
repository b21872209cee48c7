import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { AttachmentService, MAX_ATTACHMENT_BYTES, MOST_ATTACHMENTS } from './attachments/attachment-service.ts';
import { MEDIA_TYPES } from './attachments/media-type.ts';
import { BatchService, MAX_BATCH_BYTES } from './batch/batch-service.ts';
import { CSV_LIMITS } from './batch/csv-rows.ts';
import type { IntakeDeps } from './deps.ts';
import { Attachment, BatchAnswer, Problem, RowResult } from './partner-schemas.ts';
import { DOOR, ENCRYPTED, SECURITY, TAGS } from './route-schemas.ts';

const Attachments = Type.Object({ attachments: Type.Array(Attachment) });

const binary = (description: string) => Type.Unsafe<Buffer>({ type: 'string', format: 'binary', description });
/** A body by its media type, in the OpenAPI document. */
const content = (types: readonly string[], schema: object): { content: Record<string, { schema: object }> } => ({
  content: Object.fromEntries(types.map((type) => [type, { schema }])),
});

/** Files of applications, and attachments. Their bodies are spooled, never parsed by the server. */
export async function fileRoutes(app: FastifyInstance, deps: IntakeDeps): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    addBatchRoute(scope, new BatchService(deps));
    addAttachmentRoutes(scope, new AttachmentService(deps));
    done();
  });
}

function addBatchRoute(scope: FastifyInstance, batch: BatchService): void {
  scope.addHook('preClose', (done) => {
    batch.stop();
    done();
  });
  scope.post(
    '/v1/applications/batch',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Send a file of applications',
        description:
          `CSV in UTF-8 or GBK (Content-Type text/csv; charset=gbk) in the partner’s own layout, or the hub’s own: a column for each field by its path, applicant.name. At most ${CSV_LIMITS.rows} rows, ${CSV_LIMITS.rowBytes} bytes a row, ` +
          `${MAX_BATCH_BYTES} bytes. The signature is over the whole body; nothing is done before it is checked, and a file that cannot be read is refused as a whole. Each row is answered for once it is stored; the answer comes as it is made, as JSON, or by Accept as ` +
          'application/x-ndjson (the last line is the summary) or text/csv. The same file again accepts nothing twice.',
        headers: ENCRYPTED,
        consumes: ['text/csv'],
        body: Type.String({
          description: 'CSV with a header line',
          examples: ['申请编号,姓名,身份证号,…\r\nD20260101001,张三,11010519491231002X,…\r\n'],
        }),
        response: {
          200: {
            description: 'what became of each row',
            content: {
              'application/json': { schema: BatchAnswer },
              'application/x-ndjson': { schema: RowResult },
              'text/csv': { schema: Type.String() },
            },
          },
          400: Problem('the file cannot be read: pointer names the row or column; nothing of it was accepted'),
          ...DOOR,
          413: Problem('body too large, or too many rows'),
          415: Problem('not CSV in UTF-8 or GBK, or packed'),
          503: Problem('not accepted for now; Retry-After says when to send it again'),
        },
      },
    },
    async (request, reply) => {
      const { contentType, body } = await batch.receive(request);
      return reply.code(200).header('content-type', contentType).send(body);
    },
  );
}

function addAttachmentRoutes(scope: FastifyInstance, attachments: AttachmentService): void {
  const Application = Type.Object({ applicationId: Type.String() });
  const One = Type.Object({ applicationId: Type.String(), attachmentId: Type.String() });
  const answers = { ...DOOR, 404: Problem('this partner has no such application, or it has no such attachment') };
  scope.post<{ Params: { applicationId: string } }>(
    '/v1/applications/:applicationId/attachments',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Send a document of an application',
        description: `The body is the document itself: ${MEDIA_TYPES.join(', ')}, at most ${MAX_ATTACHMENT_BYTES} bytes, ${MOST_ATTACHMENTS} to an application. Its first bytes must be those of its Content-Type. Answered once it is stored durably; the same content of the same kind again answers 200 and the same attachmentId.`,
        headers: ENCRYPTED,
        params: Application,
        querystring: Type.Object({
          kind: Type.String({ description: 'what it is: id-card, income-proof, contract', examples: ['id-card'] }),
        }),
        consumes: [...MEDIA_TYPES],
        body: binary('the document'),
        response: {
          201: Attachment,
          200: Attachment,
          400: Problem('query, or an empty body'),
          ...answers,
          409: Problem('as many attachments as an application may have'),
          410: Problem('a person of the application was erased'),
          413: Problem('body too large'),
          415: Problem('a type that is not accepted, or not the type declared'),
          503: Problem('not accepted for now; Retry-After says when to send it again'),
        },
      },
    },
    async (request, reply) => {
      const { created, attachment } = await attachments.receive(request, request.params.applicationId);
      return reply.code(created ? 201 : 200).send(attachment);
    },
  );
  scope.get<{ Params: { applicationId: string } }>(
    '/v1/applications/:applicationId/attachments',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'The documents of an application',
        params: Application,
        response: { 200: Attachments, ...answers },
      },
    },
    async (request) => ({ attachments: await attachments.list(request, request.params.applicationId) }),
  );
  scope.get<{ Params: { applicationId: string; attachmentId: string } }>(
    '/v1/applications/:applicationId/attachments/:attachmentId',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'One document',
        description: 'That it was read is recorded.',
        params: One,
        response: {
          200: { description: 'the document as it was sent', ...content(MEDIA_TYPES, binary('the document')) },
          ...answers,
          410: Problem('a person of the application was erased'),
        },
      },
    },
    async (request, reply) => {
      const { applicationId, attachmentId } = request.params;
      const { attachment, content: document } = await attachments.read(request, applicationId, attachmentId);
      return reply
        .header('content-type', attachment.mediaType)
        .header('content-disposition', 'attachment')
        .send(document);
    },
  );
}
