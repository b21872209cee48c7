import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HubError } from '../kernel/errors.ts';

const run = promisify(execFile);

/** Who runs the Postgres programs: this user, or (they refuse root) the account `postgres`. */
export type Account =
  | { kind: 'self' }
  | {
      kind: 'other';
      uid: number;
      gid: number;
      /** Folders above are closed to the account: it gets the capability to walk through them. */ walksThrough: boolean;
    };

/**
 * Chooses the account, making the user `postgres` when the hub runs as root and there is none. `paths` are what the account
 * must reach. Throws HubError when that cannot be arranged.
 */
export async function accountForPostgres(paths: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const ids = (await idsOf('postgres')) ?? (await createUser());
  // A project or HUB_HOME under /root or a private temporary folder is closed to every other user.
  const open = await Promise.all(
    paths.map((path) => run('ls', ['-d', `${path}/.`], { ...ids, cwd: '/' }).then(() => true, isReached)),
  );
  const walksThrough = open.includes(false);
  if (walksThrough) {
    await run('setpriv', ['--version']).catch((cause) => {
      throw new HubError(
        'POSTGRES_CLOSED_FOLDER',
        `Running as root, Postgres uses the account postgres, which cannot reach ${paths.join(' or ')}. Install util-linux (setpriv), or use folders open to it (chmod o+x).`,
        { cause },
      );
    });
  }
  return { kind: 'other', ...ids, walksThrough };
}

/** The command, user and group to spawn for a program under the account. */
export function asAccount(
  account: Account,
  program: string,
  args: readonly string[],
): { command: string; args: string[]; uid?: number; gid?: number } {
  if (account.kind === 'self') return { command: program, args: [...args] };
  if (!account.walksThrough) return { command: program, args: [...args], uid: account.uid, gid: account.gid };
  const privileges = [
    '--reuid',
    String(account.uid),
    '--regid',
    String(account.gid),
    '--clear-groups',
    '--inh-caps',
    '+dac_override',
    '--ambient-caps',
    '+dac_override',
  ];
  return { command: 'setpriv', args: [...privileges, '--', program, ...args] };
}

/** `ls` that ran and failed for another reason than permission (a folder of the account itself) still has reached it. */
function isReached(error: { stderr?: string }): boolean {
  return !/permission denied/i.test(error.stderr ?? '');
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<{ uid: number; gid: number }> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (cause) {
    // A second hub may have made it in the same moment.
    const ids = await idsOf('postgres');
    if (ids !== undefined) return ids;
    throw new HubError(
      'POSTGRES_USER',
      'Postgres refuses to run as root, and the user postgres could not be made. Run the hub as another user, or make that user.',
      { cause },
    );
  }
  const ids = await idsOf('postgres');
  if (ids === undefined) throw new HubError('POSTGRES_USER', 'The user postgres was made but cannot be found.');
  return ids;
}
