import { createHmac } from 'node:crypto';
import { type AuditEntry, auditAll } from '../audit/index.ts';
import { HubError } from '../../kernel/errors.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import { inTransaction } from '../postgres/index.ts';
import { decrypt, encrypt } from './cipher.ts';
import { maskNumber } from './masks.ts';
import { loadMasterKey, type HubKeys } from './master-key.ts';
import { keepPersonKeys, PersonKeys, type PersonKey } from './person-keys.ts';
import {
  fieldHash,
  keyedHash,
  sealPerson,
  type PlainPerson,
  type ProtectedValue,
  type SealedPerson,
} from './seal-person.ts';

/** Values to be read in plain text: ciphertexts of one person by the name of the field. */
export interface RevealItem<Field extends string> {
  personId: string;
  values: Readonly<Record<Field, string>>;
  /** What this person is looked at for (an application id); wins over the request's. */
  reference?: string;
}
/** The plain values, or `erased: true` when the person's key no longer exists. */
export type Revealed<Field extends string> =
  { personId: string; erased: false; values: Record<Field, string> } | { personId: string; erased: true };

/** The mask of an ID number as people see it: its first six and last four characters. */
export type IdNumberMasks = (idNo: ProtectedValue) => string;

/** Personal data at the door and back (docs/architecture.md §7). One per process, from `openPrivacy`. */
export class Privacy {
  readonly keys: PersonKeys;
  readonly #hubKeys: HubKeys;
  readonly #postgres: HubContext['postgres'];

  constructor(postgres: HubContext['postgres'], hubKeys: HubKeys) {
    this.#postgres = postgres;
    this.#hubKeys = hubKeys;
    this.keys = new PersonKeys(postgres, hubKeys);
  }

  /** Who it is: derived from the keyed hash of the normalised 18-character ID number, the same for ever. */
  personIdOf(idNo: string): string {
    return `p_${keyedHash(this.#hubKeys.matching, 'person', idNo).slice(0, 22)}`;
  }

  /** The hash a value of this field carries in every event: to find who has it. The value is normalised as at the door. */
  hashOf(field: keyof PlainPerson, value: string): string {
    return fieldHash(this.#hubKeys.matching, field, value);
  }

  /** HMAC-SHA256 under the matching key, hex: a digest of content that holds personal data must not be open to guessing. */
  digest(purpose: string, content: string): string {
    return this.#hubKeys.matching.text(`${purpose}\u0000${content}`, 'hex');
  }

  /** Mask, hash and ciphertext of each field given, under a key got from `keys.forWriting`. No I/O. */
  seal<Person extends PlainPerson>(key: PersonKey, person: Person): SealedPerson<Person> {
    return sealPerson(this.#hubKeys.matching, key, person);
  }

  /**
   * Protects the data of many persons (ID numbers normalised to 18 characters, mobiles to 11 digits) and stores the keys of those
   * not known yet: one query to look up, one to store. Results in the order given.
   */
  async protect<Person extends PlainPerson & { idNo: string }>(
    persons: readonly Person[],
  ): Promise<({ personId: string } & SealedPerson<Person>)[]> {
    const personIds = persons.map((person) => this.personIdOf(person.idNo));
    for (let attempt = 1; ; attempt += 1) {
      const keys = await this.keys.forWriting(personIds);
      const stale = await keepPersonKeys(this.#postgres, [...keys.values()]);
      for (const personId of stale) this.keys.forget(personId);
      if (stale.length === 0) {
        for (const key of keys.values()) this.keys.remember(key);
        return persons.map((person, index) => {
          const personId = personIds[index] as string;
          return { personId, ...this.seal(keys.get(personId) as PersonKey, person) };
        });
      }
      if (attempt === 5)
        throw new HubError('PERSON_KEYS_CONTENDED', 'Keys of persons kept changing while they were being used', {
          retriable: true,
        });
    }
  }

  /**
   * Plain text, for the connector that must send it or a viewer with the right. Every person looked at is recorded first (one
   * statement): who, why, which fields. Throws HubError CIPHER_UNREADABLE for a ciphertext that is not that person's.
   */
  async reveal<Field extends string>(
    request: { actor: string; purpose: string; reference?: string },
    items: readonly RevealItem<Field>[],
  ): Promise<Revealed<Field>[]> {
    if (items.length === 0) return [];
    const keys = await this.keys.forReading(items.map((item) => item.personId));
    await auditAll(
      this.#postgres,
      items.map(({ reference = request.reference, ...item }) =>
        revealEntry({ ...request, reference }, item.personId, Object.keys(item.values), keys.has(item.personId)),
      ),
    );
    return items.map(({ personId, values }) => {
      const key = keys.get(personId);
      if (key === undefined) return { personId, erased: true };
      const plain = Object.entries<string>(values).map(([field, cipher]) => [
        field,
        this.open([key], Buffer.from(cipher, 'base64url')).toString('utf8'),
      ]);
      return { personId, erased: false, values: Object.fromEntries(plain) as Record<Field, string> };
    });
  }

  /**
   * What opens every ciphertext of one person, for somebody who looks at all of them; the look is recorded first. It gives null for what is not that
   * person's, or was encrypted before the person was erased and came again. Undefined when the person is erased.
   */
  async opener(
    request: { actor: string; purpose: string; reference?: string },
    personId: string,
    fields: readonly string[],
  ): Promise<((cipher: string) => string | null) | undefined> {
    const key = (await this.keys.forReading([personId])).get(personId);
    await auditAll(this.#postgres, [revealEntry(request, personId, fields, key !== undefined)]);
    return key && ((cipher) => this.#openOrNull(key, cipher));
  }

  /**
   * The masks by which pages show ID numbers (docs/domain.md §7). They are made here because no event keeps the last digits (masks.ts); of an erased
   * person, whose ciphertext nobody opens, and of anybody not asked for, it is the mask of the event. No plain value leaves, so nothing is recorded.
   */
  async idNumberMasks(persons: readonly { personId: string; idNo: ProtectedValue }[]): Promise<IdNumberMasks> {
    const keys = await this.keys.forReading(persons.map(({ personId }) => personId));
    const masks = new Map<string, string>();
    for (const { personId, idNo } of persons) {
      const key = keys.get(personId);
      const plain = key && this.#openOrNull(key, idNo.cipher);
      if (plain != null) masks.set(idNo.cipher, maskNumber(plain));
    }
    return ({ cipher, mask }) => masks.get(cipher) ?? mask;
  }

  #openOrNull(key: PersonKey, cipher: string): string | null {
    try {
      return this.open([key], Buffer.from(cipher, 'base64url')).toString('utf8');
    } catch (error) {
      if (error instanceof HubError && error.code === 'CIPHER_UNREADABLE') return null;
      throw error;
    }
  }

  /** Deletes a person's key: name, numbers and raw application of that person can be read nowhere any more. False: there was none. */
  async erase(personId: string, actor: string, reason: string): Promise<boolean> {
    this.keys.forget(personId);
    return inTransaction(this.#postgres, async (client) => {
      const { rowCount } = await client.query('DELETE FROM hub.person_key WHERE person_id = $1', [personId]);
      const erased = (rowCount ?? 0) > 0;
      await auditAll(client, [
        { actor, action: 'person.erase', subject: personId, before: { key: erased }, after: { key: false, reason } },
      ]);
      return erased;
    });
  }

  /** Encrypts bytes that speak of all these persons: erasing any one of them makes the whole unreadable. */
  sealFor(keys: readonly PersonKey[], plain: Uint8Array): Buffer {
    return encrypt(jointKey(keys), jointContext(keys), plain);
  }

  /** Opens what `seal` (one person) or `sealFor` made. Unlike `reveal` it keeps no record: for code that has its own. */
  open(keys: readonly PersonKey[], sealed: Buffer): Buffer {
    return decrypt(jointKey(keys), jointContext(keys), sealed);
  }

  /** Encrypts a secret the hub must be able to read again (a partner's). `owner` is bound to it. */
  sealSecret(owner: string, secret: string): Buffer {
    return encrypt(this.#hubKeys.secrets, Buffer.from(owner), secret);
  }

  /** Opens a secret. Throws HubError CIPHER_UNREADABLE when it belongs to another owner or another master key. */
  openSecret(owner: string, sealed: Buffer): string {
    return decrypt(this.#hubKeys.secrets, Buffer.from(owner), sealed).toString('utf8');
  }
}

function revealEntry(
  { actor, purpose, reference }: { actor: string; purpose: string; reference?: string },
  personId: string,
  fields: readonly string[],
  readable: boolean,
): AuditEntry {
  return {
    actor,
    action: 'person.reveal',
    subject: personId,
    before: null,
    after: { purpose, fields, ...(reference !== undefined && { reference }), ...(!readable && { erased: true }) },
  };
}

function jointKey(keys: readonly PersonKey[]): Buffer {
  const [first] = keys;
  if (first === undefined) throw new HubError('NO_PERSON_KEY', 'Personal data needs at least one person’s key');
  if (keys.length === 1) return first.key;
  const mac = createHmac('sha256', first.key);
  for (const { key } of keys) mac.update(key);
  return mac.digest();
}

function jointContext(keys: readonly PersonKey[]): Buffer {
  return Buffer.from(keys.map((key) => key.personId).join(' '));
}

const opened = new WeakMap<HubContext['postgres'], Promise<Privacy>>();

/**
 * The process's Privacy. Rejects with HubError MASTER_KEY_MISMATCH when the database was begun with another master key: what this
 * process would write, the others could never read.
 */
export function openPrivacy(context: Pick<HubContext, 'postgres' | 'settings'>): Promise<Privacy> {
  let privacy = opened.get(context.postgres);
  if (privacy === undefined) {
    privacy = open(context);
    opened.set(context.postgres, privacy);
    privacy.catch(() => opened.delete(context.postgres));
  }
  return privacy;
}

async function open(context: Pick<HubContext, 'postgres' | 'settings'>): Promise<Privacy> {
  const keys = loadMasterKey(context.settings.home);
  await context.postgres.query(
    'INSERT INTO hub.master_key (fingerprint) VALUES ($1) ON CONFLICT (only_one) DO NOTHING',
    [keys.fingerprint],
  );
  const { rows } = await context.postgres.query<{ fingerprint: Buffer }>('SELECT fingerprint FROM hub.master_key');
  if (!rows[0]?.fingerprint.equals(keys.fingerprint))
    throw new HubError(
      'MASTER_KEY_MISMATCH',
      'This database was begun with another master key: give every process the same HUB_MASTER_KEY or HUB_MASTER_KEY_FILE',
    );
  return new Privacy(context.postgres, keys);
}
