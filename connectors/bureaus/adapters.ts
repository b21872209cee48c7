import type { BureauAdapter } from './bureau.ts';
import { fraudList } from './fraud/index.ts';
import { pbocBureau } from './pboc/index.ts';
import { scoringBureau } from './scoring/index.ts';

/** Every bureau the hub can ask; another one is an adapter in its own folder and a line here. */
export const BUREAU_ADAPTERS: readonly BureauAdapter[] = [scoringBureau, pbocBureau, fraudList];
