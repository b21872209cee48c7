/** The HTTP edge: one Fastify server with problem documents, strict JSON and limits (docs/architecture.md §6). */
export { createServer } from './create-server.ts';
export { formCheck } from './form-check.ts';
export { HttpError } from './http-error.ts';
export { assertPlainUtf8 } from './media-type.ts';
export { partnerRoute, type PartnerRoute } from './partner-route.ts';
export { pointerToken } from './json-flaw.ts';
export { type Problem } from './problem.ts';
export { fieldErrorOf, problemOfError } from './problem-of-error.ts';
export {
  badGateway,
  conflict,
  forbidden,
  gatewayTimeout,
  gone,
  notFound,
  refusal,
  tooManyRequests,
  unauthorized,
  unavailable,
} from './refusals.ts';
export { DEFAULT_LIMITS, parseStrictJson } from './strict-json.ts';
