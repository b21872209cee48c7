import type { Pool } from 'pg';
import { createPool, migrate } from '../../platform/storage/postgres/index.ts';
import { deriveKeys, Privacy } from '../../platform/storage/privacy/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { createTestDatabase } from './stack.ts';

interface Plain {
  name: string;
  idNo: string;
  mobile: string;
}
type Protected = { mask: string; hash: string; cipher: string };
type Sealed = { personId: string } & Record<keyof Plain, Protected>;

/** Persons with keys in a database of their own, with all migrations. */
export interface SamplePersons {
  databaseUrl: string;
  pool: Pool;
  privacy: Privacy;
  plain(count: number): Plain[];
  /** Who the n-th is, as a command names them. */
  subject(index: number): { personId: string; subject: Record<keyof Plain, Protected> };
  drop(): Promise<void>;
}

/** `who` picks them by their ID numbers. */
export async function samplePersons(
  prefix: string,
  count: number,
  who: (idNo: string) => boolean = () => true,
): Promise<SamplePersons> {
  const database = await createTestDatabase(prefix);
  await migrate(database.url, projectPath('models/state/migrations'));
  const pool = createPool(database.url);
  const privacy = new Privacy(pool, deriveKeys(Buffer.alloc(32, 7)));
  const plain: Plain[] = [];
  for (let index = 0; plain.length < count; index += 1) {
    const idNo = `110105${19_400_101 + index}002X`;
    if (who(idNo)) plain.push({ name: `欧阳测试${index}`, idNo, mobile: `139${10_000_000 + index}` });
  }
  const sealed: Sealed[] = [];
  for (let at = 0; at < count; at += 500) sealed.push(...(await privacy.protect(plain.slice(at, at + 500))));
  return {
    databaseUrl: database.url,
    pool,
    privacy,
    plain: (wanted) => plain.slice(0, wanted),
    subject: (index) => {
      const one = sealed[index];
      if (one === undefined) throw new Error(`there are only ${count} sample persons`);
      const { personId, name, idNo, mobile } = one;
      return { personId, subject: { name, idNo, mobile } };
    },
    drop: async () => {
      await pool.end();
      await database.drop();
    },
  };
}
