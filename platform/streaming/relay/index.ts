/** Rows of a Postgres table, published to Kafka exactly once and in order (docs/architecture.md §4). */
export { startRelay, startRelays, type RelayStep } from './relay.ts';
export type { RelayRow, RelaySource } from './relay-source.ts';
export { publishedUpTo, relayStatus, resumeRelay, savedPosition, type RelayStatus } from './position.ts';
