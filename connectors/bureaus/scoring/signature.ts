import { createHmac, timingSafeEqual } from 'node:crypto';

/** What both sides sign: each part on a line of its own, ended by LF. */
function sign(secret: string, lines: readonly string[]): string {
  return createHmac('sha256', secret)
    .update(lines.map((line) => `${line}\n`).join(''), 'utf8')
    .digest('base64');
}

/** Signature of a request: HMAC-SHA256 over method, path, timestamp (seconds), nonce, body; base64. */
export function signRequest(
  secret: string,
  request: { method: string; path: string; timestamp: string; nonce: string; body: string },
): string {
  return sign(secret, [request.method, request.path, request.timestamp, request.nonce, request.body]);
}

/** Signature of an answer: over status, the nonce of its request (so that no older answer can stand in for it) and body; base64. */
export function signAnswer(secret: string, answer: { status: number; nonce: string; body: string }): string {
  return sign(secret, [String(answer.status), answer.nonce, answer.body]);
}

/** Compares signatures in constant time. */
export function sameSignature(left: string, right: string): boolean {
  const a = Buffer.from(left, 'utf8');
  const b = Buffer.from(right, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
