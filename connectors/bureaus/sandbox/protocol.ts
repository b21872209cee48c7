import type { IncomingHttpHeaders } from 'node:http';

export interface WireRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WireAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** One enquiry as the bureau understood it. */
export interface Enquiry {
  requestId: string;
  /** What a repeat under the same id must be equal to. */
  content: string;
  /** What the bureau knows the person by. */
  subject: { idNo: string; name: string };
}

export type Opened =
  /** not signed by whom it says, too old, seen before */
  | { kind: 'refused'; answer: WireAnswer }
  /** anything that is not an enquiry */
  | { kind: 'other'; answer: WireAnswer }
  | { kind: 'enquiry'; enquiry: Enquiry };

/** What a bureau's sandbox brings beside the ways to fail all share: how it is spoken to, and what it knows. */
export interface SandboxProtocol {
  /** The settings of the connector that reach it at this address. */
  env(url: string): Record<string, string>;
  open(request: WireRequest): Opened;
  /** The report on the person, made once per enquiry. */
  report(enquiry: Enquiry): string;
  /** The signed answer that carries it; or one that is wrong in the way asked for. */
  answer(
    enquiry: Enquiry,
    request: WireRequest,
    report: string,
    wrong?: 'wrong-signature' | 'unknown-field' | 'missing-field',
  ): WireAnswer;
  refuse(enquiry: Enquiry, request: WireRequest, why: 'subject-refused' | 'request-id-reused'): WireAnswer;
  fail(request: WireRequest, how: 'internal' | 'busy'): WireAnswer;
}

/** Requests must be younger than this, seconds. */
export const WINDOW_S = 300;
const NONCE_MS = 600_000;

/** Remembers nonces as long as a request that carries one could be accepted. */
export function nonceMemory(): (nonce: string) => 'new' | 'seen' {
  const nonces = new Map<string, number>();
  return (nonce) => {
    const now = Date.now();
    for (const [old, until] of nonces) {
      if (until > now) break;
      nonces.delete(old);
    }
    if (nonces.has(nonce)) return 'seen';
    nonces.set(nonce, now + NONCE_MS);
    return 'new';
  };
}
