import pg from 'pg';

/** Held while this process is the one that publishes. */
export interface Leadership {
  /** Aborted when the lock is lost with its connection. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Tries to become the only relay of that name by an advisory lock on a connection of its own; undefined when another one is. The lock only
 * keeps two relays from fencing each other: that nothing is published twice is guaranteed by the transactional id.
 */
export async function tryLead(url: string, relay: string): Promise<Leadership | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `autofin-hub relay ${relay}`,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    const { rows } = await client.query<{ leads: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('hub.relay'), hashtext($1)) AS leads`,
      [relay],
    );
    if (rows[0]?.leads === true) return { lost: lost.signal, release: () => client.end().catch(() => undefined) };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end();
  return undefined;
}
