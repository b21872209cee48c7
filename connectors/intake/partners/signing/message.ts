import type { Message } from './scheme.ts';

/** A request as it is signed (docs/domain.md §7): METHOD, PATH?QUERY, TIMESTAMP, NONCE, BODY, each line ended by LF. */
export interface SignedRequest {
  method: string;
  /** path with query, as it was sent */
  target: string;
  timestamp: string;
  nonce: string;
  /** the bytes as they go over the wire: those of an encrypted body are its ciphertext */
  body: Uint8Array;
}

/** What comes before the body. */
export function headOfRequest({ method, target, timestamp, nonce }: Omit<SignedRequest, 'body'>): string {
  return `${method}\n${target}\n${timestamp}\n${nonce}\n`;
}

/** What follows the body. */
export const TAIL = '\n';

export function messageOfRequest(request: SignedRequest): Message {
  return [headOfRequest(request), request.body, TAIL];
}

/** The answer to a request: STATUS, the NONCE of the request (so that no older answer can stand in for it), BODY. */
export function messageOfAnswer(answer: { status: number; nonce: string; body: Uint8Array }): Message {
  return [`${answer.status}\n${answer.nonce}\n`, answer.body, TAIL];
}
