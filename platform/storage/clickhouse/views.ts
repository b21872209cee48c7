import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { messageOf } from '../../kernel/errors.ts';
import { checksumOf, type MigrationLedger, WarehouseMigrationError } from './migrate.ts';

/** A model that is a view: the file's SELECT under the file's name. */
export interface ViewModel {
  name: string;
  select: string;
}

/** The views of a folder (`name.sql`), in the order in which they use one another. */
export function readViews(folders: readonly string[]): ViewModel[] {
  const views = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .map((file) => ({ name: file.slice(0, -4), select: readFileSync(join(folder, file), 'utf8').trim() })),
  );
  return inOrderOfUse(views);
}

function inOrderOfUse(views: readonly ViewModel[]): ViewModel[] {
  const ordered: ViewModel[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (view: ViewModel): void => {
    if (state.get(view.name) === 'done') return;
    if (state.get(view.name) === 'open') throw new Error(`the views around ${view.name} use one another in a circle`);
    state.set(view.name, 'open');
    for (const other of views) {
      if (other.name !== view.name && new RegExp(`\\b${other.name}\\b`).test(withoutComments(view.select)))
        visit(other);
    }
    state.set(view.name, 'done');
    ordered.push(view);
  };
  for (const view of views) visit(view);
  return ordered;
}

function withoutComments(sql: string): string {
  return sql.replace(/^\s*--.*$/gm, '');
}

/**
 * Makes the views what their files say: a changed file replaces its view at once (a view holds no data, so there is nothing to migrate).
 * Returns the names of those it made or replaced. Throws WarehouseMigrationError (WAREHOUSE_MIGRATION_FAILED).
 */
export async function syncViews(
  client: ClickHouseClient,
  ledger: MigrationLedger,
  views: readonly ViewModel[],
): Promise<string[]> {
  const applied = await ledger.applied('view');
  const replaced: string[] = [];
  for (const view of views) {
    if (applied.get(view.name) === checksumOf(view.select)) continue;
    try {
      const onCluster = ledger.layout.kind === 'cluster' ? ` ON CLUSTER '${ledger.layout.cluster}'` : '';
      await client.command({ query: `CREATE OR REPLACE VIEW ${view.name}${onCluster} AS\n${view.select}` });
    } catch (error) {
      throw new WarehouseMigrationError(
        'WAREHOUSE_MIGRATION_FAILED',
        `the view ${view.name} cannot be made: ${messageOf(error)}`,
        view.name,
        error,
      );
    }
    await ledger.record('view', view.name, view.select);
    replaced.push(view.name);
  }
  return replaced;
}
