import type { HttpError } from './http-error.ts';
import { unsupportedMediaType } from './refusals.ts';

/** Refuses a JSON body in another character set, or packed: 415 with the header it is about. */
export function assertPlainUtf8(headers: {
  'content-type'?: string | undefined;
  'content-encoding'?: string | undefined;
}): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw refusal('content-type', 'CHARSET', 'JSON is sent as UTF-8');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw refusal('content-encoding', 'CONTENT_ENCODING', 'The body is sent unpacked');
}

function refusal(header: string, code: string, detail: string): HttpError {
  return unsupportedMediaType(code, detail, { pointer: `/headers/${header}` });
}
