import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Verb } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import {
  addConfigVersion,
  configHistory,
  configVersion,
  diffConfig,
  rollbackConfig,
  type ConfigVersion,
} from '../../platform/storage/configuration/store.ts';

const actor = (): string => `cli:${userInfo().username}`;

const get: Verb = {
  path: 'config get',
  summary: 'a policy as it is in force now, or one of its versions',
  declare: (command) =>
    void command
      .argument('<key>')
      .option('--at <date>', 'as in force on this date')
      .option('--revision <n>', 'this version'),
  run: async ({ args, options, context }) => {
    const { postgres, clock } = await context();
    const on = typeof options.at === 'string' ? date('--at', options.at) : businessDateOf(clock());
    const found = await configVersion(
      postgres,
      args[0]!,
      typeof options.revision === 'string' ? { version: whole('--revision', options.revision) } : { on },
    );
    // The value alone: what is printed can be edited and given to `config set`.
    return { ok: true, json: found, text: JSON.stringify(found.value, null, 2) };
  },
};

const set: Verb = {
  path: 'config set',
  summary: 'add a version of a policy, checked by its schema, in force from a business date on (default: today)',
  declare: (command) =>
    void command
      .argument('<key>')
      .argument('<file>', 'the policy as JSON')
      .option('--from <date>', 'YYYY-MM-DD')
      .option('--label <name>', 'its name in decisions (default: date.number)')
      .option('--note <text>', 'why'),
  run: async ({ args, options, context }) => {
    const { postgres, clock } = await context();
    const added = await addConfigVersion(postgres, {
      key: args[0]!,
      value: readJsonFile(args[1]!),
      effectiveFrom: typeof options.from === 'string' ? date('--from', options.from) : businessDateOf(clock()),
      label: typeof options.label === 'string' ? options.label : undefined,
      note: typeof options.note === 'string' ? options.note : null,
      actor: actor(),
    });
    return { ok: true, json: added, text: heading(added) };
  },
};

const history: Verb = {
  path: 'config history',
  summary: 'every version of a policy: when, by whom, why',
  declare: (command) => void command.argument('<key>'),
  run: async ({ args, context }) => {
    const versions = await configHistory((await context()).postgres, args[0]!);
    return { ok: true, json: { versions }, text: versions.map(heading).join('\n') };
  },
};

const rollback: Verb = {
  path: 'config rollback',
  summary:
    'put an older version of a policy in force again, from today on; a version dated later still comes into force on its date',
  declare: (command) =>
    void command
      .argument('<key>')
      .argument('<version>')
      .option('--from <date>', 'YYYY-MM-DD, instead of today')
      .option('--note <text>', 'why'),
  run: async ({ args, options, context }) => {
    const { postgres, clock } = await context();
    const added = await rollbackConfig(postgres, {
      key: args[0]!,
      to: whole('<version>', args[1]!),
      effectiveFrom: typeof options.from === 'string' ? date('--from', options.from) : businessDateOf(clock()),
      note: typeof options.note === 'string' ? options.note : null,
      actor: actor(),
    });
    return { ok: true, json: added, text: heading(added) };
  },
};

const diff: Verb = {
  path: 'config diff',
  summary: 'what changed from one version of a policy to another',
  declare: (command) =>
    void command.argument('<key>').argument('<from>', 'version number').argument('<to>', 'version number'),
  run: async ({ args, context }) => {
    const found = await diffConfig(
      (await context()).postgres,
      args[0]!,
      whole('<from>', args[1]!),
      whole('<to>', args[2]!),
    );
    const show = (value: unknown): string => (value === undefined ? '(not there)' : JSON.stringify(value));
    const lines = found.changes.map(({ path, before, after }) => `${path}\n  - ${show(before)}\n  + ${show(after)}`);
    return {
      ok: true,
      json: found,
      text: [heading(found.before), heading(found.after), ...(lines.length === 0 ? ['No difference.'] : lines)].join(
        '\n',
      ),
    };
  },
};

function heading({ key, version, label, effectiveFrom, createdBy, createdAt, note }: ConfigVersion): string {
  return `${key} ${label} (version ${version}), in force from ${effectiveFrom}, by ${createdBy} at ${new Date(createdAt).toISOString()}${note === null ? '' : `: ${note}`}`;
}

function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong('<file>', `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function date(pointer: string, text: string): string {
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(Date.parse(text)) ||
    new Date(text).toISOString().slice(0, 10) !== text
  )
    throw wrong(pointer, `${text} is not a date (YYYY-MM-DD)`);
  return text;
}

function whole(pointer: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw wrong(pointer, `${text} is not a version number`);
  return value;
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(detail, [{ pointer, code: 'WRONG_USAGE', detail }]);
}

/** `hub config get|set|history|diff|rollback`. */
export const configVerbs: readonly Verb[] = [get, set, history, diff, rollback];
