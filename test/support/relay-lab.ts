import type { RelayRow, RelaySource } from '../../platform/streaming/relay/index.ts';

/** hub.<name> (seq, payload) → topic <name>, keyed by the sequence number. */
export function labRelaySource(name: string): RelaySource<RelayRow & { payload: string }> {
  return {
    name,
    table: `hub.${name}`,
    channel: name,
    select: `SELECT seq, payload FROM hub.${name} WHERE seq >= $1 ORDER BY seq LIMIT $2`,
    toRecords: (row) => [
      { topic: name, key: Buffer.from(String(row.seq)), value: Buffer.from(row.payload), headers: [] },
    ],
  };
}
