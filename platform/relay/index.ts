/** Rows of a Postgres table, published to Kafka exactly once and in order (design.md §4). */
export { startRelay } from './relay.ts';
export type { RelayRow, RelaySource } from './relay-source.ts';
