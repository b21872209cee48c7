import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../../platform/kernel/clock.ts';
import { HttpError } from '../../../platform/edge/http/index.ts';
import { assertInWindow, parseAuthorization, unauthorized } from './authorization.ts';
import type { KnownPartner, PartnerDirectory } from './partner-directory.ts';
import type { PartnerKey } from './partner-keys.ts';
import { holdsAddress } from './partner-limits.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { headOfRequest, TAIL, type Authorization } from './signing/index.ts';

/** Who signed a request, with which of its keys, and the nonce that is still to be used up. */
export interface Signed {
  partnerId: string;
  nonce: string;
  key: PartnerKey;
}

/** A request whose body comes in pieces. */
export interface RunningAdmission {
  update(bytes: Uint8Array): void;
  /** Once all of the body was given: as `PartnerGate.admit`. */
  finish(): Promise<Signed>;
}

const SIGNED_OVER =
  'is not the one of METHOD, PATH?QUERY, TIMESTAMP, NONCE and BODY, each followed by LF, with a valid key of this partner';
const TAIL_BYTES = Buffer.from(TAIL);

/**
 * The door of the partner API: who sends, from where, signed with which key, and not too much. The nonce is looked at last, by the acceptance
 * queue and only for a request that is truly the partner's: nobody else can use up a partner's nonces, nor its share.
 */
export class PartnerGate {
  readonly #directory: PartnerDirectory;
  readonly #limiter: RateLimiter;
  readonly #clock: Clock;
  readonly #defaultRate: number | undefined;

  constructor(options: {
    directory: PartnerDirectory;
    limiter: RateLimiter;
    clock: Clock;
    defaultRate: number | undefined;
  }) {
    this.#directory = options.directory;
    this.#limiter = options.limiter;
    this.#clock = options.clock;
    this.#defaultRate = options.defaultRate;
  }

  /**
   * Checks a request with its raw body. Throws HttpError: 401 (the part of the Authorization header that is wrong), 403 (its address), 429 (over its rate), 503
   * (the database does not answer).
   */
  async admit(request: FastifyRequest, body: Uint8Array): Promise<Signed> {
    const authorization = parseAuthorization(request.headers.authorization);
    const partner = await this.#partnerOf(authorization, request);
    const message = [headOf(authorization, request), body, TAIL];
    const signature = Buffer.from(authorization.signature, 'base64');
    const keyOf = (candidates: readonly PartnerKey[]): PartnerKey | undefined =>
      candidates.find((key) => key.scheme === authorization.scheme && key.verifier.verify(message, signature));
    const key = keyOf(partner.keys) ?? (await this.#renewedKey(partner, authorization, keyOf));
    return this.#admitted(partner, authorization, key);
  }

  /** The same for a body that comes in pieces: with it none has to be whole in memory. Checks what can be checked before the body. */
  async begin(request: FastifyRequest): Promise<RunningAdmission> {
    const authorization = parseAuthorization(request.headers.authorization);
    const partner = await this.#partnerOf(authorization, request);
    const running = partner.keys
      .filter(({ scheme }) => scheme === authorization.scheme)
      .map((key) => ({ key, verification: key.verifier.begin() }));
    const update = (bytes: Uint8Array): void => running.forEach(({ verification }) => verification.update(bytes));
    update(Buffer.from(headOf(authorization, request)));
    return {
      update,
      finish: async () => {
        update(TAIL_BYTES);
        const signature = Buffer.from(authorization.signature, 'base64');
        const key = running.find(({ verification }) => verification.matches(signature))?.key;
        if (key === undefined) throw unauthorized('signature', 'MISMATCH', SIGNED_OVER);
        return this.#admitted(partner, authorization, key);
      },
    };
  }

  async #partnerOf(
    { app_id: partnerId, scheme, timestamp }: Authorization,
    request: FastifyRequest,
  ): Promise<KnownPartner> {
    let partner = this.#directory.find(partnerId);
    // It, or its key, may be very new.
    if (partner === undefined || !hasScheme(partner, scheme)) partner = await this.#directory.lookUp(partnerId);
    if (partner === undefined) throw unauthorized('app_id', 'UNKNOWN', 'is not a partner of this hub');
    if (partner.disabled) throw disabled();
    if (partner.allowed !== undefined && !holdsAddress(partner.allowed, request.ip)) throw foreignAddress(request.ip);
    if (!hasScheme(partner, scheme))
      throw unauthorized(
        'scheme',
        'SCHEME_NOT_ALLOWED',
        `This partner has no key for it; its keys sign with ${[...new Set(partner.keys.map((key) => key.scheme))].join(', ')}`,
      );
    assertInWindow(timestamp, this.#clock());
    return partner;
  }

  /** The key may have been changed a moment ago by another process. */
  async #renewedKey(
    before: KnownPartner,
    { app_id: partnerId }: Authorization,
    keyOf: (keys: readonly PartnerKey[]) => PartnerKey | undefined,
  ): Promise<PartnerKey> {
    const renewed = await this.#directory.lookUp(partnerId);
    const fresh = renewed?.keys.filter((key) => !before.keys.includes(key)) ?? [];
    const key = keyOf(fresh);
    if (key === undefined) throw unauthorized('signature', 'MISMATCH', SIGNED_OVER);
    if (renewed?.disabled === true) throw disabled();
    return key;
  }

  async #admitted(partner: KnownPartner, { nonce }: Authorization, key: PartnerKey): Promise<Signed> {
    const { partnerId } = partner;
    const rate = partner.ratePerSecond ?? this.#defaultRate;
    if (rate !== undefined) {
      const waitMs = await this.#limiter.take(partnerId, rate).catch((): never => {
        throw new HttpError(503, 'UNAVAILABLE', 'The database does not answer; nothing was accepted', [], {
          'retry-after': '1',
        });
      });
      if (waitMs > 0) throw tooMany(rate, waitMs);
    }
    return { partnerId, nonce, key };
  }
}

function headOf({ timestamp, nonce }: Authorization, request: FastifyRequest): string {
  return headOfRequest({ method: request.method, target: request.raw.url ?? request.url, timestamp, nonce });
}

function hasScheme(partner: KnownPartner, scheme: string): boolean {
  return partner.keys.some((key) => key.scheme === scheme);
}

/** The refusal of a disabled partner. */
export function disabled(): Error {
  return unauthorized('app_id', 'DISABLED', 'is disabled');
}

/** The refusal of a nonce that was used before. */
export function replayed(): Error {
  return unauthorized('nonce', 'REPLAYED', 'was used before; every request needs a new one');
}

function foreignAddress(address: string): HttpError {
  return new HttpError(403, 'ADDRESS_NOT_ALLOWED', 'This partner may not send from here', [
    {
      pointer: '/address',
      code: 'NOT_ALLOWED',
      detail: `${address} is none of the addresses this partner may send from`,
    },
  ]);
}

function tooMany(rate: number, waitMs: number): HttpError {
  const detail = `This partner may send ${rate} requests a second; this one was not accepted and its nonce is not used up`;
  return new HttpError(
    429,
    'RATE_LIMITED',
    detail,
    [{ pointer: '/authorization/app_id', code: 'RATE_LIMITED', detail }],
    { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
  );
}
