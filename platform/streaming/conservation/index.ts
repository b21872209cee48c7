import type { CommandResults } from './command-results.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { LedgerRow } from './ledger.ts';
import { measure } from './measure.ts';
import { reconcile } from './reconcile.ts';
import { HUB_SCOPE, type Scope } from './scope.ts';
import type { ConservationSource } from './source.ts';

export type { Scope } from './scope.ts';
export type { Books, ConservationSource } from './source.ts';
export type { LedgerRow } from './ledger.ts';

export interface Reconciliation {
  balanced: boolean;
  /** RFC 3339: when it was measured. */
  at: string;
  rows: LedgerRow[];
}

/** Measures and balances: of one business date, or of all. */
export type Reconcile = (context: HubContext, day?: string) => Promise<Reconciliation>;

/** What a room tells of its books (HubModule has more). */
export interface Audited {
  conservation?: readonly ConservationSource[];
  commandResults?: readonly CommandResults[];
}

/** Reconciliation over the books of all modules; `scope` is everything the hub has unless a test says otherwise. */
export function reconcileOver(modules: () => readonly Audited[], scope: Scope = HUB_SCOPE): Reconcile {
  return async (context, day) => {
    const sources: ConservationSource[] = modules().flatMap((module) => module.conservation ?? []);
    const commands: CommandResults[] = modules().flatMap((module) => module.commandResults ?? []);
    const measured = await measure(context, scope, sources, commands);
    const rows = reconcile(
      measured,
      scope.events.map(({ topic }) => topic),
      commands,
    ).filter((row) => day === undefined || row.day === day);
    return { balanced: rows.every((row) => row.balanced), at: new Date(context.clock()).toISOString(), rows };
  };
}
