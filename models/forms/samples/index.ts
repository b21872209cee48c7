import type { PartnerFormat } from '../partner-format.ts';
import dealerWest from './dealer-west.json' with { type: 'json' };
import usedCarsDirect from './used-cars-direct.json' with { type: 'json' };

// What TypeScript infers of a JSON file is wider than its schema; a test checks each file against it.
/** Formats of the two sample partners, by name: used by the demo, the generators and the tests. */
export const SAMPLE_FORMATS = { 'dealer-west': dealerWest, 'used-cars-direct': usedCarsDirect } as unknown as Readonly<
  Record<'dealer-west' | 'used-cars-direct', PartnerFormat>
>;
