import { describe, expect, it } from '@jest/globals';
import { HubError, InvalidInputError } from '../../kernel/errors.ts';
import { projectVersion } from '../../kernel/project.ts';
import { runCli, type CliEnvironment } from './run.ts';
import type { Verb } from './verb.ts';

const verbs: Verb[] = [
  {
    path: 'thing show',
    summary: 'shows',
    declare: (command) => void command.argument('<id>').option('--deep <n>'),
    run: async ({ args, options }) => ({
      ok: true,
      json: { id: args[0], deep: options.deep ?? null },
      text: `thing ${args[0]}`,
    }),
  },
  {
    path: 'thing many',
    summary: 'many',
    declare: (command) => void command.argument('[ids...]'),
    run: async ({ args }) => ({ ok: args.length > 1, json: { args }, text: args.join(' ') }),
  },
  {
    path: 'bad input',
    summary: 'refuses',
    run: async () => {
      throw new InvalidInputError('wrong', [{ pointer: '/a', code: 'BAD', detail: 'a is bad' }]);
    },
  },
  {
    path: 'broken',
    summary: 'fails',
    run: async () => {
      throw new HubError('NO_LUCK', 'no luck');
    },
  },
  {
    path: 'inner',
    summary: 'not for people',
    hidden: true,
    run: async () => ({ ok: true, json: undefined, text: '' }),
  },
];

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const environment: CliEnvironment = {
    env: { HUB_HOME: 'home' },
    openContext: () => Promise.reject(new Error('not needed')),
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
    isTerminal: false,
  };
  return { code: await runCli(argv, verbs, environment), out, err };
}

describe('the command line', () => {
  it('prints text for people and one JSON document with --json', async () => {
    expect(await run('thing', 'show', '7')).toEqual({ code: 0, out: 'thing 7\n', err: '' });
    expect(await run('thing', 'show', '7', '--deep', '3', '--json')).toEqual({
      code: 0,
      out: '{"id":"7","deep":"3"}\n',
      err: '',
    });
  });

  it('hands over variadic arguments, and exits 1 when the verb says it did not go well', async () => {
    expect(await run('thing', 'many', 'a', 'b')).toMatchObject({ code: 0, out: 'a b\n' });
    expect(await run('thing', 'many', 'a')).toMatchObject({ code: 1, out: 'a\n' });
  });

  it('exits 2 for wrong usage: unknown verb, missing argument, refused input with its field', async () => {
    expect((await run('nonsense')).code).toBe(2);
    expect((await run('thing', 'show')).code).toBe(2);
    const refused = await run('bad', 'input');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('/a: a is bad');
    expect(JSON.parse((await run('bad', 'input', '--json')).out)).toEqual({
      ok: false,
      code: 'INVALID_INPUT',
      message: 'wrong',
      errors: [{ pointer: '/a', code: 'BAD', detail: 'a is bad' }],
    });
  });

  it('exits 1 for a failure, with its stable code', async () => {
    const failed = await run('broken', '--json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({ ok: false, code: 'NO_LUCK' });
  });

  it('shows its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: `${projectVersion()}\n`, err: '' });
  });

  it('lists the verbs under --help, without those the hub starts itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('thing');
    expect(out).not.toContain('inner');
  });
});
