import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { DEFAULT_LIMITS, HttpError, parseStrictJson } from '../../../../platform/edge/http/index.ts';
import { derivedEventId } from '../../../../platform/streaming/kafka/derive-id.ts';
import type { HubContext } from '../../../../platform/kernel/hub-context.ts';
import { createPool } from '../../../../platform/storage/postgres/index.ts';
import { openPrivacy, type Privacy } from '../../../../platform/storage/privacy/index.ts';
import type { EntryOutcome } from './accept-batch.ts';
import { AcceptanceQueue, DEFAULT_QUEUE_LIMITS } from './acceptance-queue.ts';
import { Acceptor, type PendingApplication } from './acceptor.ts';
import { personsOf } from './application-event.ts';
import type { IntakeDeps } from '../deps.ts';
import { FormatDirectory } from '../../formats/format-directory.ts';
import { readJsonApplication } from '../../formats/read-mapped.ts';
import { intakeMetrics, UNKNOWN_PARTNER, type IntakeMetrics, type IntakeOutcome } from '../intake-metrics.ts';
import { openBody } from '../open-body.ts';
import { PartnerDirectory } from '../../partners/partner-directory.ts';
import { disabled, PartnerGate, replayed, type Signed } from '../../partners/partner-gate.ts';
import { RateLimiter } from '../../partners/rate-limiter.ts';
import { readIntakeSettings } from '../../settings.ts';
import { readStatus, type StatusAnswer } from './status.ts';
import type { ValidApplication } from './validate-application.ts';

const EMPTY = Buffer.alloc(0);

/** The id of an application: who sends the same order number again means the same application. */
export function applicationIdOf(partnerId: string, partnerOrderNo: string): string {
  return derivedEventId('intake.application', partnerId, partnerOrderNo);
}

/** The partner API behind its routes: authentication, validation, durable acceptance, status. */
export class IntakeService {
  readonly #context: HubContext;
  readonly #privacy: Privacy;
  readonly #directory: PartnerDirectory;
  readonly #gate: PartnerGate;
  readonly #formats: FormatDirectory;
  readonly #pool: Pool;
  readonly #acceptor: Acceptor;
  readonly #queue: AcceptanceQueue;
  readonly #metrics: IntakeMetrics;

  private constructor(context: HubContext, privacy: Privacy) {
    this.#context = context;
    this.#privacy = privacy;
    this.#directory = new PartnerDirectory(context);
    this.#formats = new FormatDirectory(context);
    // Connections of its own: a slow query of the console must not hold up what partners send.
    this.#pool = createPool(context.endpoints.databaseUrl, {
      max: DEFAULT_QUEUE_LIMITS.concurrent * 2,
      name: 'autofin-hub intake',
    });
    const { partnerRate } = readIntakeSettings();
    this.#gate = new PartnerGate({
      directory: this.#directory,
      limiter: new RateLimiter(this.#pool),
      clock: context.clock,
      defaultRate: partnerRate === 0 ? undefined : partnerRate,
    });
    const onFailure = (error: unknown): void =>
      context.logger.warn({ err: error }, 'a batch of applications was not stored');
    this.#acceptor = new Acceptor({ pool: this.#pool, privacy, clock: context.clock, onFailure });
    this.#queue = new AcceptanceQueue(this.#acceptor);
    this.#metrics = intakeMetrics(context.metrics, () => this.#queue.depth);
  }

  /** Rejects when the database does not answer or belongs to another master key. */
  static async start(context: HubContext): Promise<IntakeService> {
    const service = new IntakeService(context, await openPrivacy(context));
    await service.#directory.start();
    await service.#formats.start();
    // The review's own process makes its table when it first starts; until then there is nothing in it.
    await context.postgres.query(`SELECT hub.ensure_state_table('review')`);
    return service;
  }

  /** Resolves once what is in flight has committed and every connection is closed. */
  async stop(): Promise<void> {
    await this.#queue.drained();
    await this.#directory.stop();
    await this.#formats.stop();
    await this.#pool.end();
  }

  /** What files of applications and attachments share with single applications. */
  get deps(): IntakeDeps {
    return {
      context: this.#context,
      privacy: this.#privacy,
      directory: this.#directory,
      gate: this.#gate,
      queue: this.#queue,
      acceptor: this.#acceptor,
      formats: this.#formats,
      metrics: this.#metrics,
      useNonce: (signed) => this.#useNonce(signed),
      pending: (content, received) => this.#pending(content, received),
    };
  }

  /**
   * Takes one application. `created` tells a new one from one sent again. Throws HttpError: 401 (signature, nonce), 403 (address), 429 (over the
   * partner's rate), 400 (every field that is wrong), 409 (this order number with other content), 503 (no room, or the database away).
   */
  async receive(request: FastifyRequest): Promise<{ created: boolean; applicationId: string; status: string }> {
    let partnerId = UNKNOWN_PARTNER;
    try {
      this.#queue.assertRoom();
      const body = request.body instanceof Buffer ? request.body : EMPTY;
      const signed = await this.#gate.admit(request, body);
      partnerId = signed.partnerId;
      const application = await this.#readForm(signed, body, request);
      const outcome = await this.#queue.submit({ ...signed, application });
      return await this.#answer(partnerId, application, outcome);
    } catch (error) {
      this.#metrics.count(partnerId, outcomeOf(error));
      throw error;
    }
  }

  /** The status of an application of the partner that signed; throws HttpError 401, 403, 404 or 429. */
  async status(request: FastifyRequest, idOf: (partnerId: string) => string): Promise<StatusAnswer> {
    const signed = await this.#gate.admit(request, EMPTY);
    await this.#useNonce(signed);
    const status = await this.#fromDatabase(
      readStatus(this.#context.postgres, signed.partnerId, idOf(signed.partnerId)),
    );
    if (status === undefined)
      throw new HttpError(404, 'NOT_FOUND', 'This partner has no such application', [
        { pointer: '/url', code: 'NOT_FOUND', detail: 'This partner has no such application' },
      ]);
    return status;
  }

  /** The body of a signed request for another room, read strictly; its nonce is used up. Throws HttpError 401, 403, 429, 400 or 503. */
  async readSigned(request: FastifyRequest, maxItems: number): Promise<{ partnerId: string; body: unknown }> {
    this.#queue.assertRoom();
    const body = request.body instanceof Buffer ? request.body : EMPTY;
    const signed = await this.#gate.admit(request, body);
    await this.#useNonce(signed);
    return {
      partnerId: signed.partnerId,
      body: parseStrictJson(openBody(signed.key, request.headers, body), {
        ...DEFAULT_LIMITS,
        maxDepth: 12,
        integersOnly: true,
        maxItems,
      }),
    };
  }

  async #readForm(signed: Signed, body: Buffer, { headers, traceparent }: FastifyRequest): Promise<PendingApplication> {
    const receivedAtMs = this.#context.clock();
    let raw: Buffer;
    let content: ValidApplication;
    try {
      raw = openBody(signed.key, headers, body);
      const check = readJsonApplication(this.#formats.json(signed.partnerId, receivedAtMs), raw, receivedAtMs);
      if (!check.ok)
        throw new HttpError(
          400,
          'INVALID_APPLICATION',
          'The application is not valid; it was not accepted',
          check.errors,
        );
      content = check.application;
    } catch (error) {
      // It was the partner's own request: its nonce is used up, whatever stood in the body.
      await this.#useNonce(signed);
      throw error;
    }
    return this.#pending(content, { partnerId: signed.partnerId, channel: 'api', raw, receivedAtMs, traceparent });
  }

  #pending(
    content: ValidApplication,
    { partnerId, ...received }: Parameters<IntakeDeps['pending']>[1],
  ): PendingApplication {
    return {
      applicationId: applicationIdOf(partnerId, content.partnerOrderNo),
      // The issuer is looked up in a table that changes; the same card sent again must have the same digest.
      contentDigest: this.#privacy.digest(
        'application',
        JSON.stringify({ ...content, bankCard: content.bankCard?.no ?? null }),
      ),
      personIds: personsOf(content).map((person) => this.#privacy.personIdOf(person.idNo)),
      content,
      ...received,
    };
  }

  async #useNonce(signed: Signed): Promise<void> {
    const outcome = await this.#queue.submit({ ...signed, application: undefined });
    if (outcome.kind === 'replayed') throw replayed();
    if (outcome.kind === 'disabled') throw disabled();
  }

  async #answer(
    partnerId: string,
    application: PendingApplication,
    outcome: EntryOutcome,
  ): Promise<{ created: boolean; applicationId: string; status: string }> {
    const { applicationId } = application;
    if (outcome.kind === 'accepted') {
      this.#metrics.accepted(partnerId, application.content.request.amountFen);
      return { created: true, applicationId, status: 'RECEIVED' };
    }
    if (outcome.kind === 'duplicate') {
      if (outcome.contentDigest !== application.contentDigest) throw conflict();
      this.#metrics.count(partnerId, 'duplicate');
      const status = await this.#fromDatabase(readStatus(this.#context.postgres, partnerId, applicationId));
      return { created: false, applicationId, status: status?.status ?? 'RECEIVED' };
    }
    throw outcome.kind === 'disabled' ? disabled() : replayed();
  }

  /** Every failure of a read is the database being away: nothing a partner sends can make these statements fail. */
  async #fromDatabase<Result>(query: Promise<Result>): Promise<Result> {
    try {
      return await query;
    } catch (error) {
      this.#context.logger.warn({ err: error }, 'the status of an application could not be read');
      throw new HttpError(503, 'UNAVAILABLE', 'The database does not answer; ask again', [], { 'retry-after': '1' });
    }
  }
}

function conflict(): HttpError {
  const detail = 'This order number was accepted before with other content; the first one stands';
  return new HttpError(409, 'ORDER_CONFLICT', detail, [{ pointer: '/partnerOrderNo', code: 'CONFLICT', detail }]);
}

function outcomeOf(error: unknown): IntakeOutcome {
  if (!(error instanceof HttpError)) return 'failed';
  if (error.status === 401)
    return error.errors[0]?.code === 'REPLAYED'
      ? 'replayed'
      : error.errors[0]?.code === 'DISABLED'
        ? 'disabled'
        : 'unauthorized';
  if (error.status === 403) return 'unauthorized';
  if (error.status === 409) return 'conflict';
  if (error.status === 429) return 'limited';
  if (error.status === 503) return 'overloaded';
  return 'invalid';
}
