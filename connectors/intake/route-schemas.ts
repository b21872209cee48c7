import { Type } from '@sinclair/typebox';
import { Problem } from './partner-schemas.ts';
import { BODY_CIPHERS, ENCRYPTION_HEADER } from './signing/index.ts';

/** What every route of the partner API says of itself in the OpenAPI document. */
export const TAGS = ['partner'];
/** One of the three; which one is a matter of the partner's key. */
export const SECURITY: readonly Readonly<Record<string, readonly string[]>>[] = [{ partnerHmac: [] }, { partnerRsa: [] }, { partnerSm2: [] }];
export const ENCRYPTED = Type.Object({ [ENCRYPTION_HEADER]: Type.Optional(Type.Union(BODY_CIPHERS.map((cipher) => Type.Literal(cipher)), { description: 'cipher of the body, where the partner’s key has one' })) });

/** What any signed request may be answered. */
export const DOOR = {
  401: Problem('signature, clock or nonce'),
  403: Problem('the partner may not send from this address'),
  429: Problem('over the partner’s rate; Retry-After says when to send it again'),
};
