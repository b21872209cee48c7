import { Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { assertPlainUtf8, formCheck, HttpError, type PartnerRoute } from '../../../platform/edge/http/index.ts';
import { ApplicationForm } from '../../../models/forms/application-form.ts';
import { fileRoutes } from './file-routes.ts';
import { applicationIdOf, IntakeService } from './single/intake-service.ts';
import { Problem, Receipt, Status } from './partner-schemas.ts';
import { CALLBACKS, DOOR, ENCRYPTED, SECURITY, TAGS } from './route-schemas.ts';

/** An application is 1 to 2 KB; this leaves room for five guarantors and long texts. */
const BODY_LIMIT = 65_536;

/** The partner API under /v1. What is signed are the raw bytes of the body, so these routes parse it themselves. */
export async function intakeRoutes(
  app: FastifyInstance,
  context: HubContext,
  partnerRoutes: readonly PartnerRoute[],
): Promise<void> {
  const service = await IntakeService.start(context);
  await app.register(async (scope) => {
    scope.addHook('onClose', () => service.stop());
    takeRawBodies(scope);
    addRoutes(scope, service);
    for (const route of partnerRoutes) addPartnerRoute(scope, route, service, context);
    await fileRoutes(scope, service.deps);
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
        description:
          'The same partnerOrderNo with the same content again answers 200 and the same applicationId. A partner with a format of its own sends that layout instead of this form; errors then name its field (source) beside ours (pointer).',
        headers: ENCRYPTED,
        callbacks: CALLBACKS,
        body: ApplicationForm,
        response: {
          202: Receipt,
          200: Receipt,
          400: Problem('fields that are wrong'),
          ...DOOR,
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
  const answers = { 200: Status, ...DOOR, 404: Problem('this partner has no such application') };
  scope.get<{ Params: { applicationId: string } }>(
    '/v1/applications/:applicationId',
    {
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Where an application stands',
        params: Type.Object({ applicationId: Type.String() }),
        response: answers,
      },
    },
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

/** A path another room declares: signed, fresh and right in form before the room sees it. */
function addPartnerRoute(
  scope: FastifyInstance,
  route: PartnerRoute,
  service: IntakeService,
  context: HubContext,
): void {
  const { method, url, summary, description, bodyLimit, body, response } = route;
  const check = formCheck(body);
  scope.route({
    method,
    url,
    bodyLimit,
    schema: {
      tags: TAGS,
      security: SECURITY,
      summary,
      description,
      headers: ENCRYPTED,
      body,
      response: {
        200: response,
        400: Problem('fields that are wrong'),
        ...DOOR,
        413: Problem('body too large'),
        415: Problem('not JSON in UTF-8'),
        503: Problem('not answered for now; Retry-After says when to ask again'),
      },
    },
    handler: async (request) => {
      const signed = await service.readSigned(request, route.maxItems);
      check(signed.body);
      return route.answer(signed.body, { partnerId: signed.partnerId }, context);
    },
  });
}

function orderNoOf(request: FastifyRequest): string {
  const query = request.query as Record<string, unknown>;
  const value = query.partnerOrderNo;
  const wrong = (pointer: string, code: string, detail: string): HttpError =>
    new HttpError(400, 'INVALID_QUERY', 'The query is not valid', [{ pointer, code, detail }]);
  for (const name of Object.keys(query))
    if (name !== 'partnerOrderNo') throw wrong(`/query/${name}`, 'UNKNOWN_FIELD', 'is not a known parameter');
  if (value === undefined || value === '') throw wrong('/query/partnerOrderNo', 'REQUIRED', 'is required');
  if (typeof value !== 'string') throw wrong('/query/partnerOrderNo', 'DUPLICATE', 'is given twice');
  return value;
}
