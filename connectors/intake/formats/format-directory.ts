import { policyInForce, PolicyMissing, type PolicyVersion } from '../../../models/policies/index.ts';
import { NATIVE_CSV } from '../../../models/forms/native-csv.ts';
import { partnerFormatKey, type PartnerFormat } from '../../../models/forms/partner-format.ts';
import { businessDateOf } from '../../../platform/kernel/clock.ts';
import { refuseInvalid } from '../../../platform/storage/configuration/store.ts';
import { HttpError } from '../../../platform/edge/http/index.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { Watched } from '../../../platform/storage/postgres/index.ts';
import type { Mapped } from './compile-format.ts';
import { FORMATS_CHANNEL, type FormatInput } from './format-settings.ts';
import { jsonMapping } from './json-format.ts';

const LOOK_EVERY_MS = 1_000;
const UNUSABLE =
  'The format of this partner cannot be used; nothing was accepted. The operator of the hub has to put it right';

const COLUMNS = 'partner_id AS "partnerId", input, format, label, effective_from::text AS "from"';
/** A partner whose format has no version at all stands in it once, without one. */
const VERSIONS = `FROM intake.partner_format LEFT JOIN hub.config ON key = 'partner-format/' || format ORDER BY partner_id, input, version`;

interface Row {
  partnerId: string;
  input: FormatInput;
  format: string;
  label: string | null;
  from: string | null;
  value: PartnerFormat | null;
}

/** The layouts partners send, in memory, kept up to date by NOTIFY, and by a look every second in case one was lost. */
export class FormatDirectory {
  readonly #context: Pick<HubContext, 'postgres' | 'endpoints' | 'logger'>;
  readonly #formats: Watched<ReadonlyMap<string, PolicyVersion<PartnerFormat>[]>>;
  /** Mappings made before: a version of a format never changes. */
  #compiled = new WeakMap<PolicyVersion<PartnerFormat>, (document: unknown) => Mapped>();
  #known = '';
  constructor(context: Pick<HubContext, 'postgres' | 'endpoints' | 'logger'>) {
    this.#context = context;
    this.#formats = new Watched({
      databaseUrl: context.endpoints.databaseUrl,
      channels: [FORMATS_CHANNEL, 'hub_config'],
      read: () => this.#read(),
      initial: new Map(),
      everyMs: LOOK_EVERY_MS,
      onFailure: (error) => context.logger.warn({ err: error }, 'partner formats could not be reloaded'),
    });
  }

  /** Rejects when the database does not answer. */
  start(): Promise<void> {
    return this.#formats.start();
  }

  stop(): Promise<void> {
    return this.#formats.stop();
  }

  /** How a partner's JSON becomes the application form; undefined: it sends the form itself. Throws HttpError 503 when its format cannot be used. */
  json(partnerId: string, nowMs: number): ((document: unknown) => Mapped) | undefined {
    const version = this.#inForce(partnerId, 'json', nowMs);
    if (version === undefined) return undefined;
    let mapping = this.#compiled.get(version);
    if (mapping === undefined) this.#compiled.set(version, (mapping = jsonMapping(version.value)));
    return mapping;
  }

  /** The layout of a partner's CSV files; the hub's own where it has none. Throws HttpError 503 when its format cannot be used. */
  csv(partnerId: string, nowMs: number): PartnerFormat {
    return this.#inForce(partnerId, 'csv', nowMs)?.value ?? NATIVE_CSV;
  }

  #inForce(partnerId: string, input: FormatInput, nowMs: number): PolicyVersion<PartnerFormat> | undefined {
    const versions = this.#formats.current.get(`${partnerId} ${input}`);
    if (versions === undefined) return undefined;
    try {
      const version = policyInForce(versions, businessDateOf(nowMs));
      if (version.value.input.kind === input) return version;
    } catch (error) {
      if (!(error instanceof PolicyMissing)) throw error;
    }
    throw new HttpError(503, 'FORMAT_UNUSABLE', UNUSABLE, [], { 'retry-after': '60' });
  }

  async #read(): Promise<Map<string, PolicyVersion<PartnerFormat>[]> | undefined> {
    const { postgres } = this.#context;
    const { rows } = await postgres.query<Omit<Row, 'value'>>({
      name: 'partner-formats-known',
      text: `SELECT ${COLUMNS} ${VERSIONS}`,
    });
    const known = JSON.stringify(rows);
    if (known === this.#known) return undefined;
    const { rows: versions } = await postgres.query<Row>(`SELECT ${COLUMNS}, value ${VERSIONS}`);
    const formats = new Map<string, PolicyVersion<PartnerFormat>[]>();
    for (const { partnerId, input, format, label, from, value } of versions) {
      const name = `${partnerId} ${input}`;
      const list = formats.get(name) ?? [];
      formats.set(name, list);
      if (label !== null && from !== null && value !== null && this.#isUsable(format, label, value))
        list.push({ version: label, effectiveFrom: from, value });
    }
    this.#known = known;
    return formats;
  }

  /** A version published under an older application form may not fit the one of today. */
  #isUsable(format: string, label: string, value: PartnerFormat): boolean {
    try {
      refuseInvalid(partnerFormatKey(format), value);
      return true;
    } catch (error) {
      this.#context.logger.error({ err: error, format, label }, 'a version of a partner format cannot be used');
      return false;
    }
  }
}
