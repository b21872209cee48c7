/** A protected value of an event: {mask, hash, cipher} (models/events/fields.ts). */
function isProtected(value: object): value is { mask: unknown } {
  return 'mask' in value && 'hash' in value && 'cipher' in value && Object.keys(value).length === 3;
}

/** The data of an event with every protected value replaced by its mask: hash and ciphertext stay in the hub. */
export function masksOnly(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(masksOnly);
  if (typeof data !== 'object' || data === null) return data;
  if (isProtected(data)) return String(data.mask);
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, masksOnly(value)]));
}
