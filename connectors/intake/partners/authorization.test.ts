import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../platform/edge/http/index.ts';
import { assertInWindow, parseAuthorization } from './authorization.ts';

const SIGNATURE = 'LJduBOkIUMlbEOwzK6Q6HlhZVImli1fDI/+iXLyh3Lg=';
const HEADER = `HUB1-HMAC-SHA256 app_id="demo",timestamp="1767229200",nonce="n-0001",signature="${SIGNATURE}"`;

function refusal(act: () => unknown): { pointer?: string; code?: string } {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError);
    expect((error as HttpError).status).toBe(401);
    return (error as HttpError).errors[0] ?? {};
  }
  throw new Error('it was not refused');
}

describe('the Authorization header', () => {
  it('reads the header of docs/domain.md §7', () => {
    expect(parseAuthorization(HEADER)).toEqual({
      scheme: 'HUB1-HMAC-SHA256',
      app_id: 'demo',
      timestamp: '1767229200',
      nonce: 'n-0001',
      signature: SIGNATURE,
    });
  });

  it.each([
    [undefined, '/authorization', 'REQUIRED'],
    ['Bearer abc', '/authorization/scheme', 'UNKNOWN_ALGORITHM'],
    [HEADER.replace('HMAC-SHA256', 'HMAC-MD5'), '/authorization/scheme', 'UNKNOWN_ALGORITHM'],
    [HEADER.replace('HMAC-SHA256', 'RSA-SHA256'), '/authorization/signature', 'FORM'],
    [
      HEADER.replace('HMAC-SHA256', 'RSA-SHA256').replace(SIGNATURE, Buffer.alloc(514).toString('base64')),
      '/authorization/signature',
      'FORM',
    ],
    [
      HEADER.replace('HMAC-SHA256', 'SM2-SM3').replace(SIGNATURE, Buffer.alloc(73).toString('base64')),
      '/authorization/signature',
      'FORM',
    ],
    ['HUB1-HMAC-SHA256', '/authorization/app_id', 'REQUIRED'],
    [HEADER.replace('nonce="n-0001",', ''), '/authorization/nonce', 'REQUIRED'],
    [HEADER.replace('1767229200', '1767229200000'), '/authorization/timestamp', 'FORM'],
    [HEADER.replace('1767229200', '-1'), '/authorization/timestamp', 'FORM'],
    [HEADER.replace('n-0001', ''), '/authorization/nonce', 'FORM'],
    [HEADER.replace('n-0001', 'a b'), '/authorization/nonce', 'FORM'],
    [HEADER.replace(SIGNATURE, 'AAAA'), '/authorization/signature', 'FORM'],
    [`${HEADER},nonce="again"`, '/authorization/nonce', 'DUPLICATE'],
    [`${HEADER},__proto__="x"`, '/authorization/__proto__', 'UNKNOWN_FIELD'],
    [`${HEADER},`.repeat(20), '/authorization', 'TOO_LONG'],
    [`${HEADER} trailing`, '/authorization', 'FORM'],
  ])('refuses %p', (header, pointer, code) => {
    expect(refusal(() => parseAuthorization(header))).toMatchObject({ pointer, code });
  });

  it.each([
    ['HUB1-RSA-SHA256', 256],
    ['HUB1-RSA-SHA256', 384],
    ['HUB1-RSA-SHA256', 512],
    ['HUB1-SM2-SM3', 64],
    ['HUB1-SM2-SM3', 70],
    ['HUB1-SM2-SM3', 72],
  ])('takes a signature of %s of %i bytes', (scheme, bytes) => {
    const signature = Buffer.alloc(bytes, 1).toString('base64');
    expect(parseAuthorization(HEADER.replace('HUB1-HMAC-SHA256', scheme).replace(SIGNATURE, signature))).toMatchObject({
      scheme,
      signature,
    });
  });

  it('accepts a clock 300 s off and no more', () => {
    const now = 1_767_229_200_000;
    for (const off of [-300, 0, 300]) expect(() => assertInWindow(String(1_767_229_200 + off), now)).not.toThrow();
    for (const off of [-301, 301])
      expect(refusal(() => assertInWindow(String(1_767_229_200 + off), now))).toMatchObject({
        pointer: '/authorization/timestamp',
        code: 'CLOCK_WINDOW',
      });
  });
});
