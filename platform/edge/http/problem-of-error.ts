import type { FastifyError, FastifySchemaValidationError } from 'fastify';
import { HubError, InvalidInputError, type FieldError } from '../../kernel/errors.ts';
import { isConnectionFailure, sqlState } from '../../storage/postgres/index.ts';
import { HttpError } from './http-error.ts';
import { pointerToken } from './json-flaw.ts';
import { problem, type Problem } from './problem.ts';

export interface ProblemAnswer {
  problem: Problem;
  headers: Readonly<Record<string, string>>;
}

/** What Fastify refuses by itself, by its code: pointer, code and detail in our words. */
const FRAMEWORK: Readonly<Record<string, FieldError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    pointer: '',
    code: 'BODY_TOO_LARGE',
    detail: 'The body is larger than this path accepts',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    pointer: '/headers/content-type',
    code: 'MEDIA_TYPE',
    detail: 'Content-Type must be application/json (charset utf-8)',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    pointer: '/headers/content-length',
    code: 'CONTENT_LENGTH',
    detail: 'Content-Length does not match the body',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    pointer: '',
    code: 'BODY_EMPTY',
    detail: 'A JSON document is expected, the body is empty',
  },
  FST_ERR_BAD_URL: { pointer: '/url', code: 'BAD_URL', detail: 'The path is not a valid percent-encoded URL' },
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: {
    pointer: '/headers/content-type',
    code: 'MEDIA_TYPE',
    detail: 'Content-Type is missing',
  },
};

const RETRY_AFTER_SECONDS = '2';

/** Turns anything thrown in a route into a problem document. What nobody foresaw is a 500 without any of its inner text. */
export function problemOfError(error: unknown, instance: string): ProblemAnswer {
  if (error instanceof HttpError)
    return {
      problem: problem(error.status, error.code, error.message, instance, error.errors),
      headers: error.headers,
    };
  if (error instanceof InvalidInputError)
    return { problem: problem(error.status, error.code, error.message, instance, error.errors), headers: {} };
  const fastify = error as Partial<FastifyError>;
  if (fastify.validation !== undefined) {
    const errors = fastify.validation.map((entry) => fieldErrorOf(entry, fastify.validationContext));
    return { problem: problem(400, 'INVALID_INPUT', 'The request is not valid', instance, errors), headers: {} };
  }
  const known = fastify.code === undefined ? undefined : FRAMEWORK[fastify.code];
  if (typeof fastify.statusCode === 'number' && fastify.statusCode >= 400 && fastify.statusCode < 500) {
    const shown = known ?? {
      pointer: '',
      code: fastify.code ?? 'REFUSED',
      detail: fastify.message ?? 'The request was refused',
    };
    return { problem: problem(fastify.statusCode, shown.code, shown.detail, instance, [shown]), headers: {} };
  }
  if (isUnavailable(error)) return unavailable(instance);
  return {
    problem: problem(500, 'INTERNAL', 'Something went wrong here; it is in the log under the request id', instance),
    headers: {},
  };
}

/** The answer while a server behind this one is away. */
export function unavailable(instance: string): ProblemAnswer {
  return {
    problem: problem(
      503,
      'UNAVAILABLE',
      'A server behind this one does not answer; only what was answered was done',
      instance,
    ),
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  };
}

/** A server behind this one is away (or its answer was lost): the caller may try again. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof HubError) return error.retriable;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const isSocketError = typeof code === 'string' && SOCKET_ERRORS.has(code);
  return isSocketError || (sqlState(error) !== undefined && isConnectionFailure(error));
}

const SOCKET_ERRORS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** One error of a route's schema as a field error; the pointer begins with where it lies unless that is the body. */
export function fieldErrorOf(entry: FastifySchemaValidationError, where: string | undefined): FieldError {
  const base = where === undefined || where === 'body' ? '' : `/${where}`;
  const params = entry.params as { missingProperty?: string; additionalProperty?: string };
  const name = params.missingProperty ?? params.additionalProperty;
  return {
    pointer: base + entry.instancePath + (name === undefined ? '' : `/${pointerToken(name)}`),
    code: SCHEMA_CODES[entry.keyword] ?? 'INVALID',
    detail: SCHEMA_DETAILS[entry.keyword] ?? entry.message ?? 'is not valid',
  };
}

const SCHEMA_CODES: Readonly<Record<string, string>> = {
  required: 'REQUIRED',
  additionalProperties: 'UNKNOWN_FIELD',
  type: 'TYPE',
  enum: 'NOT_ALLOWED',
  const: 'NOT_ALLOWED',
  anyOf: 'NOT_ALLOWED',
  minimum: 'TOO_SMALL',
  exclusiveMinimum: 'TOO_SMALL',
  maximum: 'TOO_LARGE',
  exclusiveMaximum: 'TOO_LARGE',
  minLength: 'TOO_SHORT',
  maxLength: 'TOO_LONG',
  minItems: 'TOO_FEW',
  maxItems: 'TOO_MANY',
  pattern: 'FORM',
  format: 'FORM',
  uniqueItems: 'DUPLICATE',
};
const SCHEMA_DETAILS: Readonly<Record<string, string>> = {
  required: 'is required',
  additionalProperties: 'is not a known field',
};
