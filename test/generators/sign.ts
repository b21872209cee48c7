import { createHmac, randomUUID } from 'node:crypto';

interface ToSign {
  method: string;
  /** path with its query, as sent */
  path: string;
  body: string | Buffer;
  appId: string;
  secret: string;
  /** Unix seconds; now by default */
  timestamp?: number;
  /** a new one by default: each is good once */
  nonce?: string;
}

/** base64 HMAC-SHA256 of `METHOD\nPATH?QUERY\nTIMESTAMP\nNONCE\nBODY\n` (docs/domain.md §7). */
export function hub1Signature({ method, path, body, secret }: ToSign, timestamp: number, nonce: string): string {
  return createHmac('sha256', secret)
    .update(`${method}\n${path}\n${timestamp}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .digest('base64');
}

/** A request of a partner, signed with HUB1-HMAC-SHA256, ready for fetch. */
export function signedRequest(request: ToSign): {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
} {
  const { method, path, body, appId, timestamp = Math.floor(Date.now() / 1000), nonce = randomUUID() } = request;
  const signature = hub1Signature(request, timestamp, nonce);
  return {
    method,
    path,
    headers: {
      authorization: `HUB1-HMAC-SHA256 app_id="${appId}",timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"`,
      ...(body.length === 0 ? {} : { 'content-type': 'application/json' }),
    },
    body: body.length === 0 ? undefined : body,
  };
}
