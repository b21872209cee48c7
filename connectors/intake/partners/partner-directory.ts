import type { BlockList } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../platform/kernel/clock.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { Watched } from '../../../platform/storage/postgres/index.ts';
import { openPrivacy, type Privacy } from '../../../platform/storage/privacy/index.ts';
import { openPartnerKey, type PartnerKey, type SealedPartnerKey } from './partner-keys.ts';
import { readAddresses } from './partner-limits.ts';

/** Channel on which a change of a partner is announced to every process (the triggers of migration 111). */
const PARTNERS_CHANNEL = 'intake_partners';

/** Should an announcement be lost, a change is in force within a second all the same. */
const LOOK_EVERY_MS = 400;
const LOOK_UP_AT_MOST_EVERY_MS = 50;

/** A partner as the door needs it. */
export interface KnownPartner {
  partnerId: string;
  disabled: boolean;
  /** The keys valid now: the current one first, and after a rotation the one before for its time of grace. */
  keys: readonly PartnerKey[];
  /** Undefined: from anywhere. */
  allowed: BlockList | undefined;
  /** Requests a second; undefined: the default of the hub. */
  ratePerSecond: number | undefined;
  callbackUrl: string | undefined;
}

interface Remembered extends KnownPartner {
  nextExpiryMs: number;
}

interface Row extends SealedPartnerKey {
  partnerId: string;
  disabled: boolean;
  allowed: string[];
  rate: number | null;
  callbackUrl: string | null;
  keyNo: number;
  validUntil: Date | null;
}

type DirectoryDeps = Pick<HubContext, 'postgres' | 'settings' | 'endpoints' | 'logger' | 'clock'>;

/** All partners in memory, kept up to date by NOTIFY, and by a look at their version in case one was lost. */
export class PartnerDirectory {
  readonly #context: DirectoryDeps;
  readonly #clock: Clock;
  readonly #partners: Watched<Map<string, Remembered>>;
  /** Keys opened before, by their ciphertext. */
  #opened = new Map<string, PartnerKey>();
  #version: number | string | undefined;
  #nextLook: Promise<void> | undefined;
  #lookedAt = 0;

  constructor(context: DirectoryDeps) {
    this.#context = context;
    this.#clock = context.clock;
    this.#partners = new Watched({
      databaseUrl: context.endpoints.databaseUrl,
      channels: [PARTNERS_CHANNEL],
      read: () => this.#read(),
      initial: new Map<string, Remembered>(),
      everyMs: LOOK_EVERY_MS,
      onFailure: (error) => context.logger.warn({ err: error }, 'partners could not be reloaded'),
    });
  }

  start(): Promise<void> {
    return this.#partners.start();
  }

  stop(): Promise<void> {
    return this.#partners.stop();
  }

  /** The partner, from memory; undefined when not known here. */
  find(partnerId: string): KnownPartner | undefined {
    const partner = this.#partners.current.get(partnerId);
    if (partner === undefined || this.#clock() < partner.nextExpiryMs) return partner;
    const rest = remembered(
      partner,
      partner.keys.filter((key) => this.#clock() < key.validUntilMs),
    );
    this.#partners.current.set(partnerId, rest);
    return rest;
  }

  /** Every partner known here, as it was loaded last. */
  all(): KnownPartner[] {
    return [...this.#partners.current.keys()].flatMap((partnerId) => this.find(partnerId) ?? []);
  }

  /**
   * Like `find`, but looks into the database for changes first. All who ask within 50 ms share one look, so that made-up partners cannot
   * keep the database busy. The same object as before: nothing has changed.
   */
  async lookUp(partnerId: string): Promise<KnownPartner | undefined> {
    this.#nextLook ??= sleep(Math.max(0, this.#lookedAt + LOOK_UP_AT_MOST_EVERY_MS - performance.now())).then(() => {
      this.#nextLook = undefined;
      return this.#partners.refresh();
    });
    await this.#nextLook;
    return this.find(partnerId);
  }

  async #read(): Promise<Map<string, Remembered> | undefined> {
    const { postgres } = this.#context;
    const version = (await postgres.query<{ version: number | string }>('SELECT version FROM intake.partner_version'))
      .rows[0]?.version;
    this.#lookedAt = performance.now();
    if (version === this.#version) return undefined;
    const privacy = await openPrivacy(this.#context);
    // After the version: should they be newer than it, the next look reads them once more.
    const { rows } = await postgres.query<Row>(
      `SELECT partner_id AS "partnerId", disabled_at IS NOT NULL AS disabled, allowed_addresses::text[] AS allowed, rate_per_second AS rate, callback_url AS "callbackUrl",
              key_no AS "keyNo", scheme, verifying, answering, body_cipher AS "bodyCipher", body_key AS "bodyKey", valid_until AS "validUntil"
       FROM intake.partner JOIN intake.partner_key USING (partner_id) ORDER BY partner_id, key_no DESC`,
    );
    const partners = new Map<string, Remembered>();
    const opened = new Map<string, PartnerKey>();
    for (const row of rows) {
      const key = this.#open(privacy, row, opened);
      const { partnerId, disabled, allowed, rate, callbackUrl } = row;
      const known = partners.get(partnerId) ?? {
        partnerId,
        disabled,
        keys: [],
        nextExpiryMs: 0,
        allowed: allowed.length === 0 ? undefined : readAddresses(allowed).list,
        ratePerSecond: rate ?? undefined,
        callbackUrl: callbackUrl ?? undefined,
      };
      partners.set(partnerId, remembered(known, [...known.keys, key]));
    }
    this.#opened = opened;
    this.#version = version;
    return partners;
  }

  /** Opens a key, or finds it open: reading a public key costs more than all else here. */
  #open(privacy: Privacy, row: Row, opened: Map<string, PartnerKey>): PartnerKey {
    const name = row.verifying.toString('base64');
    const validUntilMs = row.validUntil?.getTime() ?? Infinity;
    const before = this.#opened.get(name);
    const key =
      before === undefined
        ? openPartnerKey(privacy, row.partnerId, { ...row, validUntilMs })
        : before.validUntilMs === validUntilMs
          ? before
          : { ...before, validUntilMs };
    opened.set(name, key);
    return key;
  }
}

function remembered(partner: KnownPartner, keys: readonly PartnerKey[]): Remembered {
  return { ...partner, keys, nextExpiryMs: Math.min(...keys.map((key) => key.validUntilMs)) };
}
