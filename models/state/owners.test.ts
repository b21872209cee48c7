import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../platform/kernel/project.ts';
import { BORROWED, TABLE_OWNERS } from './owners.ts';

const ROOMS = ['connectors', 'console', 'dashboards', 'lending', 'models', 'pipelines', 'platform', 'tools'];
const MIGRATIONS = projectPath('models', 'state', 'migrations');

/** Tables that the SQL of a text names. */
function tablesIn(text: string): string[] {
  const named = [...text.matchAll(/\b(?:from|join|into|update|table|only|truncate)\s+([a-z_]+\.[a-z_]+)\b/gi)];
  return [...new Set(named.map(([, table]) => (table as string).toLowerCase()))].filter(
    (table) => table in TABLE_OWNERS,
  );
}

/** Production code of all rooms: path and text. */
function sources(): { path: string; text: string }[] {
  return ROOMS.flatMap((room) =>
    readdirSync(projectPath(room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('node_modules'))
      .map((path) => ({
        path: join(room, path).replaceAll('\\', '/'),
        text: readFileSync(projectPath(room, path), 'utf8'),
      })),
  );
}

describe('tables of Postgres', () => {
  it('have an owner each', () => {
    const created = readdirSync(MIGRATIONS).flatMap((file) =>
      [
        ...readFileSync(join(MIGRATIONS, file), 'utf8').matchAll(
          /^create (?:unlogged )?table (?:if not exists )?([a-z_]+\.[a-z_]+)/gim,
        ),
      ].map(([, table]) => (table as string).toLowerCase()),
    );
    expect(created.filter((table) => !(table in TABLE_OWNERS))).toEqual([]);
  });

  it('are named in the SQL of their owner alone, but for those listed', () => {
    const borrowed: Record<string, string[]> = {};
    for (const { path, text } of sources()) {
      const foreign = tablesIn(text).filter((table) => !path.startsWith(`${TABLE_OWNERS[table]}/`));
      if (foreign.length > 0) borrowed[path] = foreign.sort();
    }
    expect(borrowed).toEqual(BORROWED);
  });

  it('are found in every sort of statement', () => {
    expect(
      tablesIn(
        'SELECT 1 FROM hub.outbox JOIN hub.process p; insert into hub.audit; delete from intake.nonce; update review.task',
      ),
    ).toEqual(['hub.outbox', 'hub.process', 'hub.audit', 'intake.nonce', 'review.task']);
  });
});
