import { BlockList, isIP } from 'node:net';
import type { FieldError } from '../../../platform/kernel/errors.ts';

/** Requests a second a partner can be limited to; more than a hub takes. */
export const MAX_RATE = 100_000;

/** Reads addresses and networks (`203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`) into a list; what is not one is named. */
export function readAddresses(
  texts: readonly string[],
  pointer = '/allowedAddresses',
): { list: BlockList; errors: FieldError[] } {
  const list = new BlockList();
  const errors: FieldError[] = [];
  texts.forEach((text, index) => {
    const [address = '', prefix, ...more] = text.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : isIP(address) === 6 ? 'ipv6' : undefined;
    const bits = family === 'ipv4' ? 32 : 128;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (family === undefined || more.length > 0 || !(length <= bits))
      errors.push({
        pointer: `${pointer}/${index}`,
        code: 'FORM',
        detail: 'must be an address or network of IPv4 or IPv6: 203.0.113.0/24',
      });
    else if (hasHostBits(address, family, length))
      errors.push({
        pointer: `${pointer}/${index}`,
        code: 'HOST_BITS',
        detail: `has bits to the right of the /${length}`,
      });
    else list.addSubnet(address, length, family);
  });
  return { list, errors };
}

/** Whether the list holds an address; one of IPv4 in IPv6 clothes (::ffff:…) counts as the IPv4 address it is. */
export function holdsAddress(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a network is written with bits set that its prefix leaves out: mostly a slip of the hand, and Postgres refuses it too. */
function hasHostBits(address: string, family: 'ipv4' | 'ipv6', length: number): boolean {
  if (family === 'ipv4')
    return (
      address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) % (1n << BigInt(32 - length)) !== 0n
    );
  return ipv6Bits(address) % (1n << BigInt(128 - length)) !== 0n;
}

function ipv6Bits(address: string): bigint {
  // The URL parser writes every form of an IPv6 address in hexadecimal groups, without a dotted tail.
  const plain = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
