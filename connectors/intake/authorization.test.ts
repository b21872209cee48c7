import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../platform/http/index.ts';
import { Hmac } from '../../platform/privacy/index.ts';
import { assertInWindow, isSignedBy, parseAuthorization, signatureOf } from './authorization.ts';

const key = new Hmac(Buffer.from('s3cr3t'));
const request = { method: 'POST', target: '/v1/applications', timestamp: '1767229200', nonce: 'n-0001', body: Buffer.from('{"partnerOrderNo":"D20260101001"}') };
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

describe('HUB1-HMAC-SHA256', () => {
  it('signs the vector of domain.md §7', () => {
    expect(signatureOf(key, request).toString('base64')).toBe(SIGNATURE);
    expect(isSignedBy([key], request, SIGNATURE)).toBe(true);
  });

  it('accepts the key before a rotation beside the new one', () => {
    expect(isSignedBy([new Hmac(Buffer.from('new')), key], request, SIGNATURE)).toBe(true);
  });

  it.each([
    ['method', { method: 'PUT' }],
    ['target', { target: '/v1/applications?x=1' }],
    ['timestamp', { timestamp: '1767229201' }],
    ['nonce', { nonce: 'n-0002' }],
    ['body', { body: Buffer.from('{"partnerOrderNo":"D20260101002"}') }],
  ])('binds the %s', (_part, change) => {
    expect(isSignedBy([key], { ...request, ...change }, SIGNATURE)).toBe(false);
  });

  it('reads the header of domain.md §7', () => {
    expect(parseAuthorization(HEADER)).toEqual({ app_id: 'demo', timestamp: '1767229200', nonce: 'n-0001', signature: SIGNATURE });
  });

  it.each([
    [undefined, '/authorization', 'REQUIRED'],
    ['Bearer abc', '/authorization/scheme', 'UNKNOWN_ALGORITHM'],
    [HEADER.replace('HMAC-SHA256', 'RSA-SHA256'), '/authorization/scheme', 'UNKNOWN_ALGORITHM'],
    [HEADER.replace('HMAC-SHA256', 'SM2-SM3'), '/authorization/scheme', 'UNKNOWN_ALGORITHM'],
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

  it('accepts a clock 300 s off and no more', () => {
    const now = 1_767_229_200_000;
    for (const off of [-300, 0, 300]) expect(() => assertInWindow(String(1_767_229_200 + off), now)).not.toThrow();
    for (const off of [-301, 301]) expect(refusal(() => assertInWindow(String(1_767_229_200 + off), now))).toMatchObject({ pointer: '/authorization/timestamp', code: 'CLOCK_WINDOW' });
  });
});
