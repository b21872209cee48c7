import { describe, expect, it } from '@jest/globals';
import { holdsAddress, readAddresses } from './partner-limits.ts';

describe('addresses a partner may send from', () => {
  const { list, errors } = readAddresses(['203.0.113.7', '198.51.100.0/24', '2001:db8:1::/48', '::1']);

  it.each([
    ['203.0.113.7', true],
    ['203.0.113.8', false],
    ['198.51.99.255', false],
    ['198.51.100.0', true],
    ['198.51.100.255', true],
    ['198.51.101.0', false],
    ['::ffff:203.0.113.7', true],
    ['::ffff:203.0.113.8', false],
    ['2001:db8:0:ffff:ffff:ffff:ffff:ffff', false],
    ['2001:db8:1::', true],
    ['2001:db8:1:ffff:ffff:ffff:ffff:ffff', true],
    ['2001:db8:2::', false],
    ['::1', true],
    ['not an address', false],
  ])('%s: %p', (address, held) => {
    expect(errors).toEqual([]);
    expect(holdsAddress(list, address)).toBe(held);
  });

  it.each([
    ['203.0.113.7/24', 'HOST_BITS'],
    ['2001:db8::1/64', 'HOST_BITS'],
    ['203.0.113.0/33', 'FORM'],
    ['2001:db8::/129', 'FORM'],
    ['203.0.113.0/', 'FORM'],
    ['203.0.113.0/-1', 'FORM'],
    ['203.0.113/24', 'FORM'],
    ['203.0.113.0/24/8', 'FORM'],
    ['example.com', 'FORM'],
    ['', 'FORM'],
  ])('%p is refused as %s', (text, code) => {
    expect(readAddresses(['::1', text]).errors).toEqual([
      expect.objectContaining({ pointer: '/allowedAddresses/1', code }),
    ]);
  });

  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/8', '2001:db8:abcd::/48', '::ffff:10.0.0.0/104'])(
    '%s is a network',
    (text) => {
      expect(readAddresses([text]).errors).toEqual([]);
    },
  );
});
