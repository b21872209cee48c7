import application202611 from './fitted/application-2026-11.json' with { type: 'json' };
import type { Scorecard } from './scorecard.ts';

// What TypeScript infers of a JSON file is wider than its schema; a test checks each file against it.
/** Every scorecard of the hub, oldest first. One that was used once stays: decisions name it. */
export const SCORECARDS = [application202611] as unknown as readonly Scorecard[];

/** A scorecard by its version; undefined when the hub has none of that name. */
export function scorecardOf(version: string): Scorecard | undefined {
  return SCORECARDS.find((scorecard) => scorecard.version === version);
}
