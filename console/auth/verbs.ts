import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { USER_ROLES, type UserRole } from '../../platform/edge/access/rights.ts';
import type { Verb, VerbInput } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { generatePassword } from './passwords.ts';
import { addUser, disableUser, listUsers } from './users.ts';

/** Who acts on the command line, as the audit names them. */
function actorOf(): string {
  return `cli:${userInfo().username}`;
}

function nameOf(input: VerbInput): string {
  return (input.args[0] ?? '').trim().toLowerCase();
}

function optionOf(input: VerbInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

const add: Verb = {
  path: 'users add',
  summary: 'add somebody who may sign in to the console; the password is made up and shown once, or read from stdin',
  declare: (command) =>
    command
      .argument('<name>', 'what they sign in with: a–z, 0–9, dot, underscore, hyphen')
      .requiredOption('--role <role>', `one of ${USER_ROLES.join(', ')}`)
      .option('--display-name <text>', 'shown in the console')
      .option('--language <language>', 'zh-CN or en', 'zh-CN')
      .option('--partners <ids>', 'comma-separated: only these partners’ data (default: all)')
      .option('--password-stdin', 'read the password from stdin instead of making one up'),
  run: async (input) => {
    const fromStdin = input.options['passwordStdin'] === true;
    const password = fromStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : generatePassword();
    const name = nameOf(input);
    const language = optionOf(input, 'language') ?? 'zh-CN';
    if (language !== 'zh-CN' && language !== 'en')
      throw new InvalidInputError('The user cannot be added', [
        { pointer: '/language', code: 'UNKNOWN', detail: 'A language is zh-CN or en' },
      ]);
    const { postgres } = await input.context();
    const user = await addUser(postgres, actorOf(), {
      name,
      displayName: optionOf(input, 'displayName') ?? name,
      role: optionOf(input, 'role') as UserRole,
      language,
      partners:
        optionOf(input, 'partners')
          ?.split(',')
          .map((id) => id.trim()) ?? null,
      password,
      mustChangePassword: !fromStdin,
    });
    return {
      ok: true,
      json: { user, ...(fromStdin ? {} : { password }) },
      text: fromStdin
        ? `${name} (${user.role}) may sign in.`
        : `${name} (${user.role}) may sign in. Password, shown this once and to be changed at first log-in:\n  ${password}`,
    };
  },
};

const list: Verb = {
  path: 'users list',
  summary: 'who may sign in to the console',
  run: async (input) => {
    const { postgres } = await input.context();
    const users = await listUsers(postgres);
    const lines = users.map((user) =>
      [
        user.name.padEnd(20),
        user.role.padEnd(14),
        (user.partners?.join(',') ?? 'all partners').padEnd(20),
        user.disabledAt === null ? (user.lastSeenAt ?? 'never seen') : `disabled ${user.disabledAt}`,
      ].join('  '),
    );
    return {
      ok: true,
      json: { users },
      text: lines.length === 0 ? 'Nobody yet: hub users add <name> --role admin' : lines.join('\n'),
    };
  },
};

const disable: Verb = {
  path: 'users disable',
  summary: 'end somebody’s sessions and let them sign in no more',
  declare: (command) => command.argument('<name>', 'who'),
  run: async (input) => {
    const { postgres } = await input.context();
    const name = nameOf(input);
    await disableUser(postgres, actorOf(), name);
    return { ok: true, json: { name, disabled: true }, text: `${name} may no longer sign in.` };
  },
};

export const userVerbs: readonly Verb[] = [add, list, disable];
