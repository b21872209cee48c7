/** The only source of time: injected, so that rules and tests decide what "now" is. Milliseconds since the epoch. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

const HOUR_MS = 3_600_000;
const SHANGHAI_OFFSET_MS = 8 * HOUR_MS;

/** Business date (Asia/Shanghai, which has no daylight saving since 1991) of an instant in milliseconds. */
export function businessDateOf(instantMs: number): string {
  const hour = Math.floor(instantMs / HOUR_MS);
  if (hour !== lastHour) {
    lastDate = new Date(instantMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
    lastHour = hour;
  }
  return lastDate;
}

/** The last answer: it is asked for every event, and most are of the same hour, which lies in one day. */
let lastHour = Number.NaN;
let lastDate = '';
