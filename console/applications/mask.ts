import { maskBirthDate } from '../../platform/storage/privacy/index.ts';

/** A protected value of an event: {mask, hash, cipher} (models/events/fields.ts). */
interface ProtectedValue {
  mask: unknown;
  cipher: string;
}

function isProtected(value: object): value is ProtectedValue {
  return 'mask' in value && 'hash' in value && 'cipher' in value && Object.keys(value).length === 3;
}

/** The data of an event with every protected value replaced by what `show` makes of it: hash and ciphertext stay in the hub. */
export function shownAs(data: unknown, show: (value: ProtectedValue) => string): unknown {
  if (Array.isArray(data)) return data.map((item) => shownAs(item, show));
  if (typeof data !== 'object' || data === null) return data;
  if (isProtected(data)) return show(data);
  const shown: Record<string, unknown> = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, shownAs(value, show)]),
  );
  return isMaskedPerson(shown) ? { ...shown, birthDate: maskBirthDate(shown.birthDate) } : shown;
}

/** The birth date stands in the middle of an ID number: it is masked with it. */
function isMaskedPerson(shown: Record<string, unknown>): shown is { birthDate: string } {
  return typeof shown['birthDate'] === 'string' && typeof shown['idNo'] === 'string' && shown['idNo'].includes('*');
}

/** The data of an event with every protected value replaced by its mask. */
export function masksOnly(data: unknown): unknown {
  return shownAs(data, ({ mask }) => String(mask));
}
