import { openIntakeContext, startIntakeServer, type IntakeHome } from './intake-server.ts';

/** The partner API as a process of its own, whose memory can be asked for. */
export interface IntakeChildOrders {
  home: Pick<IntakeHome, 'home' | 'databaseUrl'>;
}

const orders = JSON.parse(process.argv[2] ?? '') as IntakeChildOrders;
const context = await openIntakeContext({ ...orders.home, drop: async () => undefined });
const server = await startIntakeServer(context);
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ rss: process.memoryUsage.rss(), heapUsed: process.memoryUsage().heapUsed });
});
process.once(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(() => context.close())
      .then(() => process.exit(0)),
);
process.send?.({ url: server.url });
