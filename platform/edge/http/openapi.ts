import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import { readFileSync } from 'node:fs';
import { projectPath } from '../../kernel/project.ts';
import { PROBLEM_TYPE } from './problem.ts';

/** A problem document as the OpenAPI document describes it. */
const ProblemDocument = Type.Object({
  type: Type.String({ description: '/problems/<code in kebab-case>' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String({ description: 'id of the request' }),
  errors: Type.Array(Type.Object({ pointer: Type.String(), code: Type.String(), detail: Type.String() })),
});

/** @fastify/swagger names the schemas within a schema that have an `$id`, but not the outermost. */
function byName(schema: unknown): unknown {
  return typeof (schema as { $id?: unknown }).$id === 'string' ? { allOf: [schema] } : schema;
}

function answersByName(response: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(response ?? {}).map(([status, schema]) => [status, byName(schema)]));
}

const REFUSED = {
  description: 'Refused or failed',
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};

/**
 * How /openapi.json is made: a response schema with `$id` stands once under components.schemas; every route refuses by a problem
 * document; `x-access` is the right a route under /api asks for.
 */
export function openapiOptions(): FastifyDynamicSwaggerOptions {
  return {
    openapi: openapiHead(),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `schema-${i}`),
    },
    transform: ({ schema, url, route }) => {
      const { access } = route.config ?? {};
      const response = { default: REFUSED, ...answersByName(schema?.response) };
      return { schema: { ...schema, response, ...(access === undefined ? {} : { 'x-access': access }) }, url };
    },
  };
}

function openapiHead(): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  const { version, description } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as {
    version: string;
    description: string;
  };
  const components = {
    schemas: { Problem: ProblemDocument },
    securitySchemes: {
      ...partnerSchemes(),
      session: { type: 'apiKey', in: 'cookie', name: 'hub_session', description: 'Session of the console' },
    },
  } as const;
  return { openapi: '3.1.0', info: { title: 'autofin-hub', version, description }, components };
}

/** The three signatures of the partner API (connectors/intake/partners/signing); a partner's key belongs to one of them. */
function partnerSchemes(): Record<string, { type: 'apiKey'; in: 'header'; name: string; description: string }> {
  const common =
    'app_id="…",timestamp="<unix seconds>",nonce="…",signature="<base64>" over METHOD, PATH?QUERY, TIMESTAMP, NONCE and BODY, each followed by LF. The timestamp may differ by 300 s; a nonce is good once for 600 s. Where the key has a cipher, BODY is the encrypted one and the header hub-encryption names it.';
  const scheme = (name: string, how: string) =>
    ({ type: 'apiKey', in: 'header', name: 'authorization', description: `${name} ${common} ${how}` }) as const;
  return {
    partnerHmac: scheme('HUB1-HMAC-SHA256', 'HMAC-SHA256 with the secret shared with the partner.'),
    partnerRsa: scheme(
      'HUB1-RSA-SHA256',
      'RSASSA-PKCS1-v1_5 with SHA-256 and the partner’s key of at least 2,048 bits.',
    ),
    partnerSm2: scheme('HUB1-SM2-SM3', 'SM2 with SM3 (GB/T 32918.2), user id 1234567812345678, as DER or as r and s.'),
  };
}
