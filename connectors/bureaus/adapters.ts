import type { BureauAdapter } from './bureau.ts';
import { fraudList } from './fraud/index.ts';
import { pbocBureau } from './pboc/index.ts';
import { scoringBureau } from './scoring/index.ts';

/** Every bureau the hub can ask; another one is an adapter in its own folder and a line here. */
export const BUREAU_ADAPTERS: readonly BureauAdapter[] = [scoringBureau, pbocBureau, fraudList];

/** The bureau whose worker also takes what is for none: it dead-letters commands that name an unknown bureau or cannot be read. */
export const CATCH_ALL = scoringBureau.bureau;

/** The bureau whose worker a command is for. */
export function bureauFor(command: unknown): string {
  const named = typeof command === 'object' && command !== null ? (command as { bureau?: unknown }).bureau : undefined;
  return BUREAU_ADAPTERS.find(({ bureau }) => bureau === named)?.bureau ?? CATCH_ALL;
}
