import { describe, expect, it } from '@jest/globals';
import { promisify } from 'node:util';
import { readAddresses } from '../partners/partner-limits.ts';
import { assertMayCall, guardedLookup, mayCall } from './callback-address.ts';

const none = readAddresses([]).list;
const { list: opened } = readAddresses(['127.0.0.1', '10.20.0.0/16', 'fd00:1::/32']);

describe('where a callback may go', () => {
  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:169.254.169.254', false],
    ['::ffff:93.184.216.34', true],
    ['::127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['fe80::1', false],
    ['fc00::1', false],
    ['fd12:3456::1', false],
    ['ff02::1', false],
  ])('%s by https: %p; by http never', (address, allowed) => {
    expect(mayCall(address, true, none)).toBe(allowed);
    expect(mayCall(address, false, none)).toBe(false);
  });

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '10.20.255.255', 'fd00:1::5'])(
    '%s both ways, where the operator has opened it',
    (address) => {
      expect(mayCall(address, true, opened)).toBe(true);
      expect(mayCall(address, false, opened)).toBe(true);
    },
  );

  it.each(['127.0.0.2', '10.21.0.1', '::1'])('not %s beside it', (address) => {
    expect(mayCall(address, true, opened)).toBe(false);
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'http://93.184.216.34/',
  ])('never %s, however it is written', (url) => {
    expect(() => assertMayCall(new URL(url), none)).toThrow(expect.objectContaining({ code: 'CALLBACK_ADDRESS' }));
  });

  it('asks a name when it is resolved: localhost is no way in', async () => {
    const lookup = promisify(
      guardedLookup(true, none) as (
        name: string,
        options: object,
        callback: (error: Error | null, addresses: unknown) => void,
      ) => void,
    );
    await expect(lookup('localhost', { all: true })).rejects.toMatchObject({ code: 'CALLBACK_ADDRESS' });
    const allowed = promisify(
      guardedLookup(false, readAddresses(['127.0.0.1']).list) as typeof lookup extends never
        ? never
        : (name: string, options: object, callback: (error: Error | null, addresses: unknown) => void) => void,
    );
    await expect(allowed('localhost', { all: true })).resolves.toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});
