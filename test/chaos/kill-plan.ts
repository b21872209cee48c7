import { type Random, seededRandom } from '../generators/index.ts';

/** Everything that can be killed: the roles, the engines, and the supervisor over them. */
export const VICTIMS = [
  'web',
  'relay',
  'pipelines',
  'connectors',
  'sink',
  'jobs',
  'kafka',
  'postgres',
  'clickhouse',
  'supervisor',
] as const;
export type Victim = (typeof VICTIMS)[number];

export interface PlannedKill {
  victim: Victim;
  /** Milliseconds after the kill before it. */
  afterMs: number;
}

/** The same kills for the same seed: every victim in turn in a drawn order, at drawn moments, one in six close on the heels of the last (unless they are to lie more than a second apart). */
export function killPlan(
  seed: number,
  kills: number,
  gap: { leastMs: number; mostMs: number },
  victims: readonly Victim[] = VICTIMS,
): PlannedKill[] {
  const random = seededRandom(seed);
  const plan: PlannedKill[] = [];
  while (plan.length < kills)
    for (const victim of shuffled(random, victims).slice(0, kills - plan.length))
      plan.push({
        victim,
        afterMs:
          plan.length > 0 && gap.leastMs < 1_000 && random.chance(1 / 6)
            ? random.integer(0, 60)
            : random.integer(gap.leastMs, gap.mostMs),
      });
  return plan;
}

function shuffled(random: Random, victims: readonly Victim[]): Victim[] {
  const left = [...victims];
  return victims.map(() => left.splice(random.integer(0, left.length - 1), 1)[0]!);
}
