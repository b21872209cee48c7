import { Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HubContext } from '../../platform/module.ts';
import { assertPlainUtf8, HttpError } from '../../platform/http/index.ts';
import { ApplicationForm } from './application-form.ts';
import { applicationIdOf, IntakeService } from './intake-service.ts';

/** An application is 1 to 2 KB; this leaves room for five guarantors and long texts. */
const BODY_LIMIT = 65_536;
const TAGS = ['partner'];
const SECURITY = [{ partner: [] }];

const Receipt = Type.Object({ applicationId: Type.String(), status: Type.String() }, { examples: [{ applicationId: '5d6f0f0e-0b5a-5d0e-9d53-6c3f2a9f6d11', status: 'RECEIVED' }] });
const Problem = (description: string) =>
  Type.Object(
    {
      type: Type.String(),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
      instance: Type.String(),
      errors: Type.Array(Type.Object({ pointer: Type.String(), code: Type.String(), detail: Type.String() })),
    },
    { description },
  );
const Status = Type.Object({
  applicationId: Type.String(),
  partnerOrderNo: Type.String(),
  status: Type.String(),
  receivedAt: Type.String({ format: 'date-time' }),
  decision: Type.Union([
    Type.Object({
      outcome: Type.String(),
      amountFen: Type.Integer(),
      annualRate: Type.Union([Type.String(), Type.Null()]),
      termMonths: Type.Union([Type.Integer(), Type.Null()], { description: 'as granted: may be less than asked for' }),
      reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
      policyVersion: Type.String(),
      decidedAt: Type.String({ format: 'date-time' }),
    }),
    Type.Null(),
  ]),
  history: Type.Array(Type.Object({ status: Type.String(), at: Type.String({ format: 'date-time' }) })),
});

/** The partner API under /v1. What is signed are the raw bytes of the body, so these routes parse it themselves. */
export async function intakeRoutes(app: FastifyInstance, context: HubContext): Promise<void> {
  const service = await IntakeService.start(context);
  await app.register((scope, _options, done) => {
    scope.addHook('onClose', () => service.stop());
    takeRawBodies(scope);
    addRoutes(scope, service);
    done();
  });
}

function takeRawBodies(scope: FastifyInstance): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      assertPlainUtf8(request.headers);
      done(null, body);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  // The schemas below are there for the OpenAPI document; the form is checked after the signature, with its own validator.
  scope.setValidatorCompiler(() => () => true);
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.raw.setHeader('cache-control', 'no-store');
    done();
  });
}

function addRoutes(scope: FastifyInstance, service: IntakeService): void {
  scope.post(
    '/v1/applications',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Send an application',
        description: 'The same partnerOrderNo with the same content again answers 200 and the same applicationId.',
        body: ApplicationForm,
        response: {
          202: Receipt,
          200: Receipt,
          400: Problem('fields that are wrong'),
          401: Problem('signature, clock or nonce'),
          409: Problem('this order number was accepted with other content'),
          413: Problem('body too large'),
          415: Problem('not JSON in UTF-8'),
          503: Problem('not accepted for now; Retry-After says when to send it again'),
        },
      },
    },
    async (request, reply) => {
      const { created, applicationId, status } = await service.receive(request);
      return reply.code(created ? 202 : 200).send({ applicationId, status });
    },
  );
  const answers = { 200: Status, 401: Problem('signature, clock or nonce'), 404: Problem('this partner has no such application') };
  scope.get<{ Params: { applicationId: string } }>(
    '/v1/applications/:applicationId',
    { schema: { tags: TAGS, security: SECURITY, summary: 'Where an application stands', params: Type.Object({ applicationId: Type.String() }), response: answers } },
    (request) => service.status(request, () => request.params.applicationId),
  );
  scope.get(
    '/v1/applications',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Where the application with this order number stands',
        querystring: Type.Object({ partnerOrderNo: Type.String() }),
        response: { ...answers, 400: Problem('partnerOrderNo is missing') },
      },
    },
    (request) => {
      const partnerOrderNo = orderNoOf(request);
      return service.status(request, (partnerId) => applicationIdOf(partnerId, partnerOrderNo));
    },
  );
}

function orderNoOf(request: FastifyRequest): string {
  const query = request.query as Record<string, unknown>;
  const value = query.partnerOrderNo;
  const wrong = (pointer: string, code: string, detail: string): HttpError => new HttpError(400, 'INVALID_QUERY', 'The query is not valid', [{ pointer, code, detail }]);
  for (const name of Object.keys(query)) if (name !== 'partnerOrderNo') throw wrong(`/query/${name}`, 'UNKNOWN_FIELD', 'is not a known parameter');
  if (value === undefined || value === '') throw wrong('/query/partnerOrderNo', 'REQUIRED', 'is required');
  if (typeof value !== 'string') throw wrong('/query/partnerOrderNo', 'DUPLICATE', 'is given twice');
  return value;
}
