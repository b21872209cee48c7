import type { FieldError } from '../../kernel/errors.ts';
import { HttpError } from './http-error.ts';

/** What a refusal says beside its code and detail. */
export interface RefusalOptions {
  /** JSON pointer to the one field it is about; that entry repeats code and detail. */
  pointer?: string;
  /** Code of that entry, where it is another than that of the whole. */
  fieldCode?: string;
  /** Every field it is about, instead of `pointer`. */
  errors?: readonly FieldError[];
  /** Seconds for the Retry-After header. */
  retryAfter?: number;
  /** Further headers of the answer. */
  headers?: Readonly<Record<string, string>>;
}

/** Builds the error of one refusal; `code` becomes the type of its problem document (`NOT_FOUND` → `/problems/not-found`). */
export type Refusal = (code: string, detail: string, options?: RefusalOptions) => HttpError;

/** Refusals with one HTTP status; the named ones below are these. */
export function refusal(status: number): Refusal {
  return (code, detail, { pointer, fieldCode = code, errors, retryAfter, headers } = {}) =>
    new HttpError(
      status,
      code,
      detail,
      errors ?? (pointer === undefined ? [] : [{ pointer, code: fieldCode, detail }]),
      {
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        ...headers,
      },
    );
}

export const badRequest = refusal(400);
export const unauthorized = refusal(401);
export const forbidden = refusal(403);
export const notFound = refusal(404);
export const conflict = refusal(409);
export const gone = refusal(410);
export const unsupportedMediaType = refusal(415);
export const tooManyRequests = refusal(429);
export const badGateway = refusal(502);
export const unavailable = refusal(503);
export const gatewayTimeout = refusal(504);
