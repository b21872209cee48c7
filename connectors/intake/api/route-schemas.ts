import { Type } from '@sinclair/typebox';
import { Callback, CallbackReceipt, Problem } from './partner-schemas.ts';
import { BODY_CIPHERS, ENCRYPTION_HEADER } from '../partners/signing/index.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Read by @fastify/swagger, whose declarations do not have it. */
    callbacks?: object;
  }
}

/** What every route of the partner API says of itself in the OpenAPI document. */
export const TAGS = ['partner'];
/** One of the three; which one is a matter of the partner's key. */
export const SECURITY: readonly Readonly<Record<string, readonly string[]>>[] = [
  { partnerHmac: [] },
  { partnerRsa: [] },
  { partnerSm2: [] },
];
export const ENCRYPTED = Type.Object({
  [ENCRYPTION_HEADER]: Type.Optional(
    Type.Union(
      BODY_CIPHERS.map((cipher) => Type.Literal(cipher)),
      { description: 'cipher of the body, where the partner’s key has one' },
    ),
  ),
});

/** What any signed request may be answered. */
export const DOOR = {
  401: Problem('signature, clock or nonce'),
  403: Problem('the partner may not send from this address'),
  429: Problem('over the partner’s rate; Retry-After says when to send it again'),
};

const CALLBACK_ADDRESS = '{partner’s callback address, hub partners set --callback}';
/** What the hub sends the partner of its own accord, once there is a decision. */
export const CALLBACKS = {
  decided: {
    [CALLBACK_ADDRESS]: {
      post: {
        requestBody: {
          description:
            'Signed by the hub as requests are by the partner; the header idempotency-key is the callbackId. Repeated until there is a signed receipt.',
          content: { 'application/json': { schema: Callback } },
        },
        responses: {
          200: {
            description:
              'The receipt. The header hub-signature is the base64 signature over STATUS, the NONCE of the callback and BODY, each followed by LF.',
            content: { 'application/json': { schema: CallbackReceipt } },
          },
          422: {
            description:
              'Signed in the same way: refused for good. So are 400, 404, 409 and 410; any other answer is repeated.',
          },
        },
      },
    },
  },
};
