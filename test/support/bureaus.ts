import type { Behaviour } from '../../connectors/bureaus/sandbox/behaviour.ts';
import { type BureauSandbox, type PlayedBureau, startSandboxOf } from '../../connectors/bureaus/sandbox/index.ts';

export const PLAYED: readonly PlayedBureau[] = ['scoring', 'pboc', 'fraud'];

/** The sandboxes of all bureaus, to be pointed at and made to fail together. */
export interface Bureaus {
  of: Readonly<Record<PlayedBureau, BureauSandbox>>;
  /** The settings of all connectors, as environment variables. */
  env: Record<string, string>;
  behave(change: Partial<Behaviour>): void;
  /** Distinct enquiries carried out and charged, over all. */
  charged(): number;
  /** Faults by name, over all. */
  faults(): Record<string, number>;
  stop(): Promise<void>;
}

export async function startBureaus(seed: number, behaviour: Partial<Behaviour>): Promise<Bureaus> {
  const started = await Promise.all(
    PLAYED.map(async (bureau) => [bureau, await startSandboxOf(bureau, { seed, behaviour })] as const),
  );
  const all = started.map(([, sandbox]) => sandbox);
  return {
    of: Object.fromEntries(started) as Record<PlayedBureau, BureauSandbox>,
    env: Object.assign({}, ...all.map(({ env }) => env)) as Record<string, string>,
    behave: (change) => all.forEach((sandbox) => sandbox.behave(change)),
    charged: () => all.reduce((sum, sandbox) => sum + sandbox.stats().charged, 0),
    faults: () => {
      const sums: Record<string, number> = {};
      for (const sandbox of all)
        for (const [fault, times] of Object.entries(sandbox.stats().faults)) sums[fault] = (sums[fault] ?? 0) + times;
      return sums;
    },
    stop: async () => {
      await Promise.all(all.map((sandbox) => sandbox.stop()));
    },
  };
}
