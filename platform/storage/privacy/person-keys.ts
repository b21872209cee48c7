import type { ClientBase, Pool } from 'pg';
import { decrypt, encrypt, newKey } from './cipher.ts';
import type { HubKeys } from './master-key.ts';

/** The key of one person, open and as it is stored. */
export interface PersonKey {
  personId: string;
  key: Buffer;
  /** 60 bytes, the value of hub.person_key.wrapped; two keys are the same key when these are. */
  wrapped: Buffer;
  /** False: made here and now; it counts only once `keepPersonKeys` (or intake.accept) has stored it. */
  stored: boolean;
}

const CACHED_PERSONS = 20_000;

/** Finds and makes the keys of persons. Keys lately used are kept in memory, so that a batch costs one query at most. */
export class PersonKeys {
  readonly #postgres: Pool;
  readonly #keys: HubKeys;
  readonly #cache = new Map<string, PersonKey>();
  readonly #capacity: number;

  constructor(postgres: Pool, keys: HubKeys, capacity = CACHED_PERSONS) {
    this.#postgres = postgres;
    this.#keys = keys;
    this.#capacity = capacity;
  }

  /** A key for each person: the stored one where there is one, else a new one not stored yet. */
  async forWriting(personIds: Iterable<string>): Promise<Map<string, PersonKey>> {
    const found = new Map<string, PersonKey>();
    const unknown: string[] = [];
    for (const personId of new Set(personIds)) {
      const cached = this.#cache.get(personId);
      if (cached === undefined) unknown.push(personId);
      else found.set(personId, cached);
    }
    if (unknown.length === 0) return found;
    for (const [personId, key] of await this.#load(this.#postgres, unknown)) {
      found.set(personId, key);
      this.remember(key);
    }
    for (const personId of unknown) if (!found.has(personId)) found.set(personId, this.#make(personId));
    return found;
  }

  /** The keys as they are stored now, never from memory: a person erased a moment ago stays unread. */
  async forReading(personIds: Iterable<string>): Promise<Map<string, PersonKey>> {
    return this.#load(this.#postgres, [...new Set(personIds)]);
  }

  /** Keeps a stored key in memory. */
  remember(key: PersonKey): void {
    this.#cache.delete(key.personId);
    this.#cache.set(key.personId, key.stored ? key : { ...key, stored: true });
    if (this.#cache.size > this.#capacity) this.#cache.delete(this.#cache.keys().next().value as string);
  }

  /** Drops a key from memory: what was remembered is no longer what is stored. */
  forget(personId: string): void {
    this.#cache.delete(personId);
  }

  #make(personId: string): PersonKey {
    const key = newKey();
    return { personId, key, wrapped: encrypt(this.#keys.wrapping, Buffer.from(personId), key), stored: false };
  }

  async #load(postgres: Pool | ClientBase, personIds: readonly string[]): Promise<Map<string, PersonKey>> {
    if (personIds.length === 0) return new Map();
    const { rows } = await postgres.query<{ person_id: string; wrapped: Buffer }>({
      name: 'person-keys',
      text: 'SELECT person_id, wrapped FROM hub.person_key WHERE person_id = ANY($1::text[])',
      values: [personIds],
    });
    return new Map(
      rows.map(({ person_id: personId, wrapped }) => [
        personId,
        { personId, wrapped, key: decrypt(this.#keys.wrapping, Buffer.from(personId), wrapped), stored: true },
      ]),
    );
  }
}

/**
 * Stores new keys and checks that known ones are still those stored. Returns the persons whose stored key is another one (or
 * gone, erased meanwhile): what was encrypted for them with these keys must be thrown away and encrypted again.
 */
export async function keepPersonKeys(postgres: Pool | ClientBase, keys: readonly PersonKey[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await postgres.query<{ stale: string[] }>({
    name: 'keep-person-keys',
    text: 'SELECT hub.keep_person_keys($1::text[], $2::bytea, $3::boolean[]) AS stale',
    values: [
      keys.map((key) => key.personId),
      Buffer.concat(keys.map((key) => key.wrapped)),
      keys.map((key) => !key.stored),
    ],
  });
  return rows[0]?.stale ?? [];
}
