import { hash } from 'node:crypto';

/** Namespace of the hub's derived ids: the UUIDv5 of `https://autofin-hub/derived-id` under the URL namespace of RFC 9562. */
const NAMESPACE = Buffer.from('f4d4e7af85665e5baa31210e32f481ca', 'hex');
/** The namespace, and room for most names behind it: ids are made for every event. */
const scratch = Buffer.concat([NAMESPACE, Buffer.alloc(1_008)]);
const VARIANT = ['8', '9', 'a', 'b'];

/**
 * The deterministic id of an event made from others: UUIDv5 over what makes it and everything that caused it, so that a
 * replay makes the same event with the same id (docs/architecture.md §3). `namespaceType` says who makes it and of what type
 * (`review/review.application-decided`), `causeIds` are the ids it follows from plus its index among its siblings.
 */
export function derivedEventId(namespaceType: string, ...causeIds: string[]): string {
  // A separator that cannot occur in an id keeps ("a","bc") and ("ab","c") apart.
  let name = namespaceType;
  for (const id of causeIds) name += `\u0000${id}`;
  const buffer =
    name.length * 3 + NAMESPACE.length <= scratch.length
      ? scratch
      : Buffer.concat([NAMESPACE, Buffer.alloc(name.length * 3)]);
  const digest = hash(
    'sha1',
    buffer.subarray(0, NAMESPACE.length + buffer.write(name, NAMESPACE.length, 'utf8')),
    'hex',
  );
  const variant = VARIANT[parseInt(digest.charAt(16), 16) & 3] as string;
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
