/** Everything the hub owns in a shared Kafka cluster (consumer groups, transactional ids, client ids) begins with this: one prefix for its access rules. */
const PREFIX = 'hub.';

/** The consumer group of a part of the hub, `hub.dead-letter-index`. */
export function groupId(name: string): string {
  return `${PREFIX}${name}`;
}

/**
 * A transactional id, `hub.relay`. It must be the same after a restart: by it a new producer ends the open transaction of the dead one, which
 * read-committed readers would otherwise wait on for 10 s. Producers that live at the same time need a `slot` each.
 */
export function transactionalId(name: string, slot?: number | string): string {
  return slot === undefined ? `${PREFIX}${name}` : `${PREFIX}${name}.${slot}`;
}
