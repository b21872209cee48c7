import { startCallbackReceiver } from '../../connectors/intake/index.ts';
import { seededRandom } from '../generators/index.ts';
import { eventually } from '../support/eventually.ts';

/** Settings of a hub that may tell the receiver, which is on loopback. */
export const CALLBACK_ENV = { CALLBACK_NETWORKS: '127.0.0.0/8', CALLBACK_TIMEOUT_MS: '1500' };

export interface Callbacks {
  addressOf(partnerId: string): string;
  serve(partnerId: string, secret: string): void;
  /** No more failures from now on. */
  calm(): void;
  /** What is not as it must be once everything has settled: each decision told (given by its application: one that a person decides has two), none under a second id, none that nobody made. */
  flaws(decisions: readonly string[]): Promise<string[]>;
  stop(): Promise<void>;
}

/** The partners' side of callbacks, which fails a fifth of the calls. */
export async function startCallbacks(seed: number): Promise<Callbacks> {
  const random = seededRandom(seed);
  const receiver = await startCallbackReceiver({ random: () => random.next() });
  receiver.behave({ errorRate: 0.2 });
  return {
    addressOf: (partnerId) => receiver.addressOf(partnerId),
    serve: (partnerId, secret) => receiver.serve(partnerId, { appId: partnerId, scheme: 'HUB1-HMAC-SHA256', secret }),
    calm: () => receiver.behave({ errorRate: 0 }),
    flaws: async (decisions) => {
      const told = (): string[] =>
        receiver
          .callbacks()
          .flatMap(({ callback }) => (callback.type === 'application.decided' ? [callback.applicationId] : []));
      await eventually(() => {
        if (told().length < decisions.length) throw new Error('not all are told yet');
      }, 30_000).catch(() => undefined);
      const flaws: string[] = [];
      const left = new Map<string, number>();
      for (const id of decisions) left.set(id, (left.get(id) ?? 0) + 1);
      for (const id of told()) left.set(id, (left.get(id) ?? 0) - 1);
      const missing = [...left].filter(([, count]) => count > 0).map(([id]) => id);
      const strange = [...left].filter(([, count]) => count < 0).map(([id]) => id);
      if (missing.length > 0)
        flaws.push(`callbacks: ${missing.length} decisions not told: ${missing.slice(0, 5).join(', ')}`);
      if (strange.length > 0)
        flaws.push(
          `callbacks: ${strange.length} told that nobody made, or under two ids: ${strange.slice(0, 5).join(', ')}`,
        );
      const { refused } = receiver.stats();
      if (Object.keys(refused).length > 0) flaws.push(`callbacks refused by partners: ${JSON.stringify(refused)}`);
      return flaws;
    },
    stop: () => receiver.stop(),
  };
}
