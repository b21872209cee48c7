import { startSandboxOf, type PlayedBureau } from '../../connectors/bureaus/sandbox/index.ts';
import { startCallbackReceiver } from '../../connectors/intake/sandbox/callback-receiver.ts';

/** An outside party of the whole-hub bench in a process of its own: a bureau that answers within milliseconds, or the partners' callbacks. */
export type PartyOrders = { bureau: PlayedBureau; seed: number } | { callbacks: true };

/** What a bureau is reached by. */
export interface BureauReady {
  env: Record<string, string>;
}

/** Base of the addresses of callbacks. */
export interface CallbacksReady {
  addresses: Record<string, string>;
}

/** Messages to the callbacks' party: serve these partners (answered by CallbacksReady), or say how many callbacks are stored. */
export type CallbacksMessage = { serve: [partnerId: string, secret: string][] } | 'stored';

const orders = JSON.parse(process.argv[2] ?? '') as PartyOrders;
if ('bureau' in orders) {
  const sandbox = await startSandboxOf(orders.bureau, {
    seed: orders.seed,
    behaviour: { latency: { medianMs: 5, p99Ms: 20 } },
  });
  process.send?.({ env: sandbox.env } satisfies BureauReady);
} else {
  const receiver = await startCallbackReceiver();
  process.on('message', (message: CallbacksMessage) => {
    if (message === 'stored') return void process.send?.(receiver.stats().stored);
    for (const [appId, secret] of message.serve) receiver.serve(appId, { appId, scheme: 'HUB1-HMAC-SHA256', secret });
    const addresses = Object.fromEntries(message.serve.map(([id]) => [id, receiver.addressOf(id)]));
    process.send?.({ addresses } satisfies CallbacksReady);
  });
  process.send?.('ready');
}
