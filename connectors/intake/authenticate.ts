import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import { assertInWindow, isSignedBy, parseAuthorization, unauthorized } from './authorization.ts';
import type { PartnerDirectory } from './partner-directory.ts';

/** Who signed a request, and the nonce that is still to be used up. */
export interface Signed {
  partnerId: string;
  nonce: string;
}

/**
 * Checks the signature of a request over its raw body. Throws HttpError 401 naming what is wrong. The nonce is looked at last, by the
 * acceptance queue and only for a request that is truly the partner's: nobody else can use up a partner's nonces.
 */
export async function authenticate(directory: PartnerDirectory, clock: Clock, request: FastifyRequest, body: Uint8Array): Promise<Signed> {
  const parameters = parseAuthorization(request.headers.authorization);
  const partner = directory.find(parameters.app_id) ?? (await directory.lookUp(parameters.app_id));
  if (partner === undefined) throw unauthorized('app_id', 'UNKNOWN', 'is not a partner of this hub');
  if (partner.disabled) throw disabled();
  assertInWindow(parameters.timestamp, clock());
  const signed = { method: request.method, target: request.raw.url ?? request.url, timestamp: parameters.timestamp, nonce: parameters.nonce, body };
  if (isSignedBy(partner.keys, signed, parameters.signature)) return { partnerId: partner.partnerId, nonce: parameters.nonce };
  // The secret may have been changed a moment ago by another process.
  const renewed = await directory.lookUp(parameters.app_id);
  if (renewed === undefined || !isSignedBy(renewed.keys, signed, parameters.signature))
    throw unauthorized('signature', 'MISMATCH', 'is not the one of METHOD, PATH?QUERY, TIMESTAMP, NONCE and BODY, each followed by LF, with the secret of this partner');
  if (renewed.disabled) throw disabled();
  return { partnerId: partner.partnerId, nonce: parameters.nonce };
}

/** The refusal of a disabled partner. */
export function disabled(): Error {
  return unauthorized('app_id', 'DISABLED', 'is disabled');
}

/** The refusal of a nonce that was used before. */
export function replayed(): Error {
  return unauthorized('nonce', 'REPLAYED', 'was used before; every request needs a new one');
}
