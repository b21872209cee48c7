import { describe, expect, it } from '@jest/globals';
import { assertType, declaredType, MEDIA_TYPES } from './media-type.ts';

const HEADS: Readonly<Record<string, string>> = {
  'application/pdf': '255044462d312e37',
  'image/jpeg': 'ffd8ffe000104a46',
  'image/png': '89504e470d0a1a0a',
  'image/tiff': '49492a0008000000',
  'image/webp': '524946461a00000057454250',
  'image/heic': '000000186674797068656963',
};
const codeOf = (act: () => unknown): unknown => {
  try {
    return act() ?? 'ok';
  } catch (error) {
    return (error as { errors: { code: string }[] }).errors[0]!.code;
  }
};

describe('the type of an attachment', () => {
  it('is told by its first bytes, for every type accepted', () => {
    expect(Object.keys(HEADS).sort()).toEqual([...MEDIA_TYPES].sort());
    for (const declared of MEDIA_TYPES)
      for (const [is, hex] of Object.entries(HEADS))
        expect([declared, is, codeOf(() => assertType(declared, Buffer.from(hex, 'hex')))]).toEqual([
          declared,
          is,
          declared === is ? 'ok' : 'TYPE_MISMATCH',
        ]);
  });

  it.each([
    ['a film', '0000001866747970' + Buffer.from('isom').toString('hex')],
    ['a program', '4d5a9000'],
    ['a ZIP archive', '504b0304'],
    ['HTML', Buffer.from('<html>').toString('hex')],
    ['nothing', ''],
    ['half a mark', '2550'],
    ['a mark behind a blank', '20255044462d'],
  ])('%s is none of them', (_what, hex) => {
    for (const declared of MEDIA_TYPES)
      expect(codeOf(() => assertType(declared, Buffer.from(hex, 'hex')))).toBe('TYPE_MISMATCH');
  });

  it.each([
    ['application/pdf', 'application/pdf'],
    ['image/jpg', 'image/jpeg'],
    ['IMAGE/PNG', 'image/png'],
    ['image/png; name=x', 'image/png'],
    ['application/octet-stream', 'MEDIA_TYPE'],
    ['', 'MEDIA_TYPE'],
    ['text/html', 'MEDIA_TYPE'],
    [undefined, 'MEDIA_TYPE'],
    ['image/svg+xml', 'MEDIA_TYPE'],
  ])('Content-Type %p is %s', (given, expected) => {
    expect(codeOf(() => declaredType(given))).toBe(expected);
  });
});
