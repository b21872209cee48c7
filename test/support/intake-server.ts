import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { intakeModule } from '../../connectors/intake/index.ts';
import { loansModule } from '../../console/loans/index.ts';
import { readSettings } from '../../platform/kernel/config/settings.ts';
import { openContext, type OpenContext } from '../../platform/edge/process/open-context.ts';
import { createServer } from '../../platform/edge/http/index.ts';
import { migrate } from '../../platform/storage/postgres/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { createTestDatabase, testStack } from './stack.ts';

/** A database of its own with all migrations, and a home with a master key. */
export interface IntakeHome {
  home: string;
  databaseUrl: string;
  drop(): Promise<void>;
}

export async function createIntakeHome(): Promise<IntakeHome> {
  const database = await createTestDatabase('intake');
  await migrate(database.url, projectPath('models', 'state', 'migrations'));
  const home = mkdtempSync(join(tmpdir(), 'hub-intake-'));
  return {
    home,
    databaseUrl: database.url,
    drop: async () => {
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A context on that database; the clock may be moved by the test. */
export async function openIntakeContext(home: IntakeHome, clock?: () => number): Promise<OpenContext> {
  const stack = testStack();
  const settings = readSettings({ HUB_HOME: home.home, HUB_LOG_LEVEL: process.env.HUB_LOG_LEVEL ?? 'silent' });
  const context = await openContext({
    process: 'test',
    settings,
    endpoints: {
      databaseUrl: home.databaseUrl,
      kafkaBrokers: stack.kafkaBrokers,
      clickhouseUrl: stack.clickhouseUrl ?? 'http://127.0.0.1:1',
    },
  });
  return clock === undefined ? context : { ...context, clock };
}

export interface IntakeServer {
  url: string;
  close(): Promise<void>;
}

/** The partner API as the web process serves it. */
export async function startIntakeServer(context: OpenContext): Promise<IntakeServer> {
  const app = await createServer(context);
  await intakeModule.routes?.(app, context, loansModule.partnerRoutes ?? []);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
