import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { version } from 'uuid';
import { derivedEventId } from './derive-id.ts';

describe('derived event id', () => {
  it('is a UUIDv5 that depends on all its causes and their order, and on nothing else', () => {
    const id = derivedEventId('review/x', 'cause', '0');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(version(id)).toBe(5);
    expect(derivedEventId('review/x', 'cause', '0')).toBe(id);
    const others = [
      derivedEventId('review/y', 'cause', '0'),
      derivedEventId('review/x', 'cause', '1'),
      derivedEventId('review/x', '0', 'cause'),
      derivedEventId('review/x', 'cause0'),
      derivedEventId('review/x', 'caus', 'e0'),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('is the SHA-1 of RFC 9562 over namespace and name', () => {
    const namespace = Buffer.from('f4d4e7af85665e5baa31210e32f481ca', 'hex');
    const digest = createHash('sha1').update(namespace).update('t\u0000a').digest('hex');
    expect(derivedEventId('t', 'a').replaceAll('-', '').slice(0, 12)).toBe(digest.slice(0, 12));
    expect(derivedEventId('t', 'a').slice(24)).toBe(digest.slice(20, 32));
  });
});
