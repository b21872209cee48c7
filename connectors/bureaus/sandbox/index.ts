import type { Sandbox } from '../../../platform/edge/hub-module.ts';
import type { Behaviour } from './behaviour.ts';
import { type BureauSandbox, type BureauSandboxOptions, startBureauSandbox } from './bureau-sandbox.ts';
import { fraudProtocol } from './fraud-protocol.ts';
import { pbocProtocol } from './pboc-protocol.ts';
import type { SandboxProtocol } from './protocol.ts';
import { scoringProtocol } from './scoring-protocol.ts';

export type { BureauSandbox, BureauSandboxOptions } from './bureau-sandbox.ts';

const PROTOCOLS = { scoring: scoringProtocol, pboc: pbocProtocol, fraud: fraudProtocol } as const satisfies Record<
  string,
  (seed: number) => SandboxProtocol
>;
export type PlayedBureau = keyof typeof PROTOCOLS;

/** Starts the sandbox of a bureau. */
export function startSandboxOf(bureau: PlayedBureau, options: BureauSandboxOptions): Promise<BureauSandbox> {
  return startBureauSandbox(PROTOCOLS[bureau](options.seed), options);
}

/** How quick and steady each is under `hub up` without an address of its own: as over a leased line, with a hiccup now and then. */
const USUAL: Readonly<Record<PlayedBureau, Partial<Behaviour>>> = {
  scoring: { latency: { medianMs: 12, p99Ms: 60 }, errorRate: 0.002 },
  pboc: { latency: { medianMs: 25, p99Ms: 120 }, errorRate: 0.002 },
  fraud: { latency: { medianMs: 8, p99Ms: 40 }, errorRate: 0.002 },
};

/** The bureaus' sandboxes for `hub up`; a bureau whose address is set is not played. */
export const bureauSandboxes: readonly Sandbox[] = (Object.keys(PROTOCOLS) as PlayedBureau[]).map((bureau) => ({
  name: `bureaus.${bureau}`,
  start: async ({ seed, port }) => {
    const { url, env, stop } = await startSandboxOf(bureau, { seed, port, behaviour: USUAL[bureau] });
    return { url, env, stop };
  },
}));
