import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NotificationListener {
  close(): Promise<void>;
}

/**
 * Listens on Postgres channels over a connection of its own and reconnects for ever. `onNotification` is called for each
 * notification, and `onConnected` after every (re)connect: what was announced in between is lost, so look again then.
 * Resolves once the first connection is up; rejects when that one fails.
 */
export async function listen(
  url: string,
  channels: readonly string[],
  onNotification: (channel: string, payload: string) => void,
  onConnected: () => void = () => undefined,
): Promise<NotificationListener> {
  let closed = false;
  let client: pg.Client | undefined;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'autofin-hub listen',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    let ended = false;
    const lost = (): void => {
      if (ended) return;
      ended = true;
      if (client === fresh) void reconnect();
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    fresh.on('notification', (message) => onNotification(message.channel, message.payload ?? ''));
    try {
      await fresh.connect();
      for (const channel of channels) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      ended = true;
      await fresh.end().catch(() => undefined);
      throw error;
    }
    if (closed) return fresh.end();
    client = fresh;
    if (ended) return void reconnect();
    onConnected();
  };
  const reconnect = async (): Promise<void> => {
    for (let pause = 50; !closed; pause = Math.min(2_000, pause * 2)) {
      try {
        return await connect();
      } catch {
        // The server may be away for a while: the pause grows, the attempts never end.
        await sleep(pause, undefined, { ref: false });
      }
    }
  };
  await connect();
  return {
    close: async () => {
      closed = true;
      const last = client;
      client = undefined;
      await last?.end().catch(() => undefined);
    },
  };
}
