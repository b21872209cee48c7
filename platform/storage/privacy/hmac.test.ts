import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Hmac } from './hmac.ts';

describe('Hmac', () => {
  it('is HMAC-SHA256 for every key and message, short or long', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 6_000 })), { maxLength: 4 }),
        (key, parts) => {
          const hmac = new Hmac(key);
          const expected = createHmac('sha256', key);
          for (const part of parts) expected.update(part);
          expect(hmac.parts(...parts)).toEqual(expected.digest());
          const text = parts.filter((part) => typeof part === 'string').join('');
          expect(hmac.text(text, 'hex')).toBe(createHmac('sha256', key).update(text).digest('hex'));
        },
      ),
    );
  });
});
