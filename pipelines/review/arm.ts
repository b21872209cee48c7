import { createHash } from 'node:crypto';
import type { PolicyArm } from '../../models/events/application-decided.ts';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import { ratio } from '../../models/numbers/exact.ts';

const DIGITS = 12;
const WHOLE = 16n ** BigInt(DIGITS);

/**
 * Which arm of a policy an application belongs to: a fixed share, drawn by a hash of challenger and application, so that the same application
 * is always in the same arm and each experiment draws independently. Pure; the champion where there is no challenger.
 */
export function armOf({ challenger }: Pick<ReviewPolicy, 'challenger'>, applicationId: string): PolicyArm {
  if (challenger === undefined) return 'champion';
  const { numerator, denominator } = ratio(challenger.share);
  const drawn = BigInt(
    `0x${createHash('sha256').update(`${challenger.name}\u0000${applicationId}`).digest('hex').slice(0, DIGITS)}`,
  );
  return drawn * BigInt(denominator) < BigInt(numerator) * WHOLE ? 'challenger' : 'champion';
}
