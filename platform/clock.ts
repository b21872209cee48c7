/** The only source of time: injected, so that rules and tests decide what "now" is. Milliseconds since the epoch. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** Business date (Asia/Shanghai, which has no daylight saving since 1991) of an instant in milliseconds. */
export function businessDateOf(instantMs: number): string {
  return new Date(instantMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
}
