import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { holdsAddress, readAddresses } from '../partners/partner-limits.ts';

/**
 * Where nobody outside can be (RFC 6890 and its kin): this machine, its neighbours, its cloud's metadata, private networks, and the ways IPv6 has of
 * naming them. A callback goes there only where the operator has opened the network.
 */
const { list: NOT_PUBLIC } = readAddresses([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/** The address is not one callbacks may go to. */
export class CallbackAddressError extends Error {
  readonly code = 'CALLBACK_ADDRESS';
}

/** Whether a callback may go to an address: https to public ones, and both http and https to networks the operator has opened. */
export function mayCall(address: string, secure: boolean, opened: BlockList): boolean {
  return holdsAddress(opened, address) || (secure && isIP(address) !== 0 && !holdsAddress(NOT_PUBLIC, address));
}

/** Throws CallbackAddressError for a URL whose host is an address that may not be called. A name is asked about when it is resolved. */
export function assertMayCall(url: URL, opened: BlockList): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !mayCall(host, url.protocol === 'https:', opened)) throw forbidden(host);
}

/**
 * Resolves a name to the addresses that may be called. The very addresses that were looked at are those connected to: a name that points somewhere
 * else a moment later gains nothing.
 */
export function guardedLookup(secure: boolean, opened: BlockList): LookupFunction {
  return (
    hostname: string,
    options: LookupOptions,
    callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => mayCall(address, secure, opened));
      const [first] = allowed;
      if (first === undefined) callback(forbidden(addresses.map(({ address }) => address).join(', ')), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(address: string): CallbackAddressError {
  return new CallbackAddressError(
    `callbacks may not go to ${address}: it is not public, or not https, and the operator has not opened its network (CALLBACK_NETWORKS)`,
  );
}
