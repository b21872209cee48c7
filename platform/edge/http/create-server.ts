import swagger from '@fastify/swagger';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { HubContext } from '../../kernel/hub-context.ts';
import { answerClientError } from './client-error.ts';
import type { HttpError } from './http-error.ts';
import { assertPlainUtf8 } from './media-type.ts';
import { measureRequests } from './http-metrics.ts';
import { MethodTable } from './methods.ts';
import { openapiOptions } from './openapi.ts';
import { problemOfError, unavailable } from './problem-of-error.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { Readiness } from './readiness.ts';
import { notFound, refusal } from './refusals.ts';
import { parseStrictJson } from './strict-json.ts';
import { childTraceparent, requestId } from './trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Traceparent of this request's own span; what it causes carries it on. */
    traceparent: string;
  }
  interface FastifyInstance {
    /** Checks that /readyz asks; parts and workers of the process add theirs. */
    readiness: Readiness;
  }
}

export interface ServerOptions {
  /** What /metrics answers; default: the metrics of this process. */
  metrics?: () => Promise<string>;
}

/** Limits of a request. A route may lower or raise `bodyLimit` for itself. */
const BODY_LIMIT = 262_144;
const HEADER_LIMIT = 16_384;
const HEADERS_TIMEOUT_MS = 10_000;
/** A file of 100,000 rows takes minutes on a slow line. Whoever dawdles with a small body holds a socket and no more. */
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 65_000;
const MAX_PATH_PARAM = 256;

const BROWSER_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  [
    'content-security-policy',
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  ],
];

/**
 * The one HTTP server of a process: problem documents for every refusal, strict JSON, limits, /healthz, /readyz, /metrics,
 * /openapi.json. Rooms add their routes to what it returns, then `listen`. Closing it lets requests in flight end first.
 */
export async function createServer(
  context: Pick<HubContext, 'logger' | 'metrics' | 'postgres'> & {
    settings: Pick<HubContext['settings'], 'trustedProxies'>;
  },
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const methods = new MethodTable();
  const app = fastify({
    loggerInstance: context.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: context.settings.trustedProxies.length > 0 && [...context.settings.trustedProxies],
    routerOptions: { maxParamLength: MAX_PATH_PARAM, ignoreTrailingSlash: false },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      maxHeaderSize: HEADER_LIMIT,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 5_000,
      insecureHTTPParser: false,
    },
    // A logger of its own for each request costs more than most requests: what is logged names its request.
    childLoggerFactory: (logger) => logger,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    clientErrorHandler: (error, socket: Socket) => answerClientError(error, socket),
    frameworkErrors: (error, request, reply) =>
      void sendProblem(error, request as unknown as FastifyRequest, reply as unknown as FastifyReply),
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance;
  const readiness = new Readiness();
  readiness.add('postgres', async () => {
    await context.postgres.query('SELECT 1');
    return undefined;
  });
  app.decorate('readiness', readiness);
  app.decorateRequest('traceparent', '');
  app.addHook('onRoute', (route) => methods.add(route.url, route.method));
  app.addHook('onRequest', (request, reply, done) => {
    request.traceparent = childTraceparent(request.headers.traceparent);
    reply.raw.setHeader('x-request-id', request.id);
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    // Programs, which the partner API is for, know nothing of frames, referrers and scripts.
    if (!request.url.startsWith('/v1/')) for (const [name, value] of BROWSER_HEADERS) reply.raw.setHeader(name, value);
    done();
  });
  measureRequests(app, context.metrics);
  useStrictJson(app);
  useStrictSchemas(app);
  app.setErrorHandler((error, request, reply) => answerError(app, error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(unrouted(methods, request), request, reply));
  await app.register(swagger, openapiOptions());
  addOwnRoutes(app, context, readiness, options.metrics ?? (() => context.metrics.metrics()));
  return app;
}

function useStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      assertPlainUtf8(request.headers);
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

/** Bodies are taken as they are; what comes as text in a URL or a header is converted to the type its schema names. */
function useStrictSchemas(app: FastifyInstance): void {
  const common = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false } as const;
  const forBodies = new Ajv(common);
  const forText = new Ajv({ ...common, coerceTypes: 'array' });
  for (const ajv of [forBodies, forText]) addFormats.default(ajv);
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? forBodies : forText).compile(schema as object),
  );
}

async function answerError(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const answer = problemOfError(error, request.id);
  if (answer.problem.status < 500) return sendProblem(error, request, reply);
  request.log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'request failed');
  if (answer.problem.status === 500 && (await app.readiness.report()).status !== 'ready') {
    const { problem, headers } = unavailable(request.id);
    return reply.code(503).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
  return sendProblem(error, request, reply);
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, headers } = problemOfError(error, request.id);
  return reply
    .code(problem.status)
    .headers(headers)
    .type(PROBLEM_TYPE)
    .serializer((text: string) => text)
    .send(JSON.stringify(problem));
}

function unrouted(methods: MethodTable, request: FastifyRequest): HttpError {
  const allowed = methods.allowed(request.url.split('?', 1)[0] as string);
  if (allowed.length === 0) return notFound('NOT_FOUND', 'There is nothing at this path', { pointer: '/url' });
  const allow = allowed.join(', ');
  return refusal(405)('METHOD_NOT_ALLOWED', `This path knows ${allow}`, { pointer: '/method', headers: { allow } });
}

function addOwnRoutes(
  app: FastifyInstance,
  context: Pick<HubContext, 'metrics'>,
  readiness: Readiness,
  metrics: () => Promise<string>,
): void {
  const hidden = { schema: { hide: true } } as const;
  app.get('/healthz', hidden, () => ({ status: 'ok' }));
  app.get('/readyz', hidden, async (_request, reply) => {
    const report = await readiness.report();
    return reply
      .code(report.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  });
  app.get('/metrics', hidden, async (_request, reply) => reply.type(context.metrics.contentType).send(await metrics()));
  app.get('/openapi.json', hidden, () => app.swagger());
}
