import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { HubContext } from '../../platform/module.ts';
import { listen, type NotificationListener } from '../../platform/postgres/index.ts';
import { Hmac, openPrivacy } from '../../platform/privacy/index.ts';

/** Channel on which a change of a partner is announced to every process. */
export const PARTNERS_CHANNEL = 'intake_partners';

const RELOAD_AT_LEAST_EVERY_MS = 15_000;
const LOOK_UP_AT_MOST_EVERY_MS = 50;

interface Partner {
  partnerId: string;
  current: Hmac;
  previous: Hmac | undefined;
  previousValidUntilMs: number;
  disabled: boolean;
}

/** A partner as the signature check needs it. */
export interface KnownPartner {
  partnerId: string;
  disabled: boolean;
  /** The keys valid now: the current one, and after a rotation the one before for its time of grace. */
  keys: readonly Hmac[];
}

/** All partners in memory, kept up to date by NOTIFY, and by reloading in case one was lost. */
export class PartnerDirectory {
  readonly #context: HubContext;
  readonly #clock: Clock;
  #partners = new Map<string, Partner>();
  #listener: NotificationListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  #loadedAt = 0;

  constructor(context: HubContext) {
    this.#context = context;
    this.#clock = context.clock;
  }

  async start(): Promise<void> {
    await this.#load();
    const reload = (): void => void this.#load().catch((error: unknown) => this.#context.logger.warn({ err: error }, 'partners could not be reloaded'));
    this.#listener = await listen(this.#context.endpoints.databaseUrl, [PARTNERS_CHANNEL], reload, reload);
    this.#timer = setInterval(reload, RELOAD_AT_LEAST_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listener?.close();
  }

  /** The partner, from memory; undefined when not known here. */
  find(partnerId: string): KnownPartner | undefined {
    const partner = this.#partners.get(partnerId);
    if (partner === undefined) return undefined;
    const withPrevious = partner.previous !== undefined && this.#clock() < partner.previousValidUntilMs;
    return { partnerId, disabled: partner.disabled, keys: withPrevious ? [partner.current, partner.previous as Hmac] : [partner.current] };
  }

  /**
   * Like `find`, but looks into the database when the partner is not known here: it may be very new. All who ask within 50 ms share one
   * look, so that made-up partners cannot keep the database busy.
   */
  async lookUp(partnerId: string): Promise<KnownPartner | undefined> {
    this.#nextLook ??= sleep(Math.max(0, this.#loadedAt + LOOK_UP_AT_MOST_EVERY_MS - performance.now())).then(() => {
      this.#nextLook = undefined;
      return this.#load();
    });
    await this.#nextLook;
    return this.find(partnerId);
  }

  #load(): Promise<void> {
    // A load that has begun may have read before the change that asks for this one: this one follows it.
    const previous = this.#loading ?? Promise.resolve();
    const loading = previous.catch(() => undefined).then(() => this.#read());
    this.#loading = loading;
    return loading;
  }

  async #read(): Promise<void> {
    const privacy = await openPrivacy(this.#context);
    const { rows } = await this.#context.postgres.query<{
      partner_id: string;
      secret: Buffer;
      previous_secret: Buffer | null;
      previous_valid_until: Date | null;
      disabled_at: Date | null;
    }>('SELECT partner_id, secret, previous_secret, previous_valid_until, disabled_at FROM intake.partner');
    const open = (partnerId: string, sealed: Buffer): Hmac => new Hmac(Buffer.from(privacy.openSecret(partnerId, sealed)));
    this.#partners = new Map(
      rows.map((row) => [
        row.partner_id,
        {
          partnerId: row.partner_id,
          current: open(row.partner_id, row.secret),
          previous: row.previous_secret === null ? undefined : open(row.partner_id, row.previous_secret),
          previousValidUntilMs: row.previous_valid_until?.getTime() ?? 0,
          disabled: row.disabled_at !== null,
        },
      ]),
    );
    this.#loadedAt = performance.now();
  }
}
