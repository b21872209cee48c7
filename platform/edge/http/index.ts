/** The HTTP edge: one Fastify server with problem documents, strict JSON and limits (docs/architecture.md §6). */
export { createServer } from './create-server.ts';
export { formCheck } from './form-check.ts';
export { HttpError } from './http-error.ts';
export { assertPlainUtf8 } from './media-type.ts';
export { partnerRoute, type PartnerRoute } from './partner-route.ts';
export { pointerToken } from './json-flaw.ts';
export { problem, PROBLEM_TYPE, type Problem } from './problem.ts';
export { fieldErrorOf, problemOfError } from './problem-of-error.ts';
export {
  badGateway,
  badRequest,
  conflict,
  forbidden,
  gatewayTimeout,
  gone,
  notFound,
  payloadTooLarge,
  refusal,
  tooManyRequests,
  unauthorized,
  unavailable,
  unsupportedMediaType,
} from './refusals.ts';
export { Readiness, type ReadinessCheck, type ReadinessReport } from './readiness.ts';
export { DEFAULT_LIMITS, parseStrictJson, type JsonLimits } from './strict-json.ts';
