import type { Answer, PartnerClient, SignOptions } from './partner-client.ts';

/** Sends a body of any kind as its partner would: signed over its bytes as they are. */
export function upload(
  client: PartnerClient,
  target: string,
  body: Buffer,
  contentType: string,
  options: SignOptions & { headers?: Record<string, string> } = {},
): Promise<Answer> {
  return client.send('POST', target, body, {
    'content-type': contentType,
    authorization: client.authorization('POST', target, body, options),
    ...options.headers,
  });
}

/** The field errors of a problem document, as [pointer, code]. */
export function flawsOf(answer: Answer): string[][] {
  return (
    (answer.body?.errors as { pointer: string; code: string }[] | undefined)?.map(({ pointer, code }) => [
      pointer,
      code,
    ]) ?? []
  );
}
