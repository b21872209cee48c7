import { Command, CommanderError } from 'commander';
import { readSettings } from '../../kernel/config/settings.ts';
import { HubError, InvalidInputError, messageOf } from '../../kernel/errors.ts';
import { projectVersion } from '../../kernel/project.ts';
import type { HubContext } from '../../kernel/hub-context.ts';
import type { Verb, VerbResult } from './verb.ts';

export interface CliEnvironment {
  env: NodeJS.ProcessEnv;
  /** Connects to the running hub; closed after the verb. */
  openContext(settings: ReturnType<typeof readSettings>): Promise<HubContext & { close(): Promise<void> }>;
  stdout(text: string): void;
  stderr(text: string): void;
  isTerminal: boolean;
}

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs one command line (without `node hub`). Returns the exit code: 0 ok, 1 failed, 2 wrong usage (docs/architecture.md §6). */
export async function runCli(
  argv: readonly string[],
  verbs: readonly Verb[],
  environment: CliEnvironment,
): Promise<number> {
  let exitCode = EXIT_OK;
  const program = buildProgram(verbs, environment, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(['node', 'hub', ...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  }
  return exitCode;
}

function buildProgram(verbs: readonly Verb[], environment: CliEnvironment, exitWith: (code: number) => void): Command {
  const program = new Command('hub')
    .description('autofin-hub: integration hub and data platform for auto-finance lenders')
    .configureOutput({ writeOut: environment.stdout, writeErr: environment.stderr })
    .version(projectVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for the usage)');
  const groups = new Map<string, Command>();
  for (const verb of verbs) {
    const words = verb.path.split(' ');
    const name = words.pop()!;
    const command = group(program, groups, words)
      .command(name, { hidden: verb.hidden === true })
      .description(verb.summary)
      .option('--json', 'print one JSON document on stdout');
    verb.declare?.(command);
    command.action(async () => exitWith(await runVerb(verb, command, environment)));
  }
  return program;
}

function group(program: Command, groups: Map<string, Command>, words: readonly string[]): Command {
  let parent = program;
  for (const [index, word] of words.entries()) {
    const path = words.slice(0, index + 1).join(' ');
    let command = groups.get(path);
    if (command === undefined) {
      command = parent.command(word).description(`${path} verbs`);
      groups.set(path, command);
    }
    parent = command;
  }
  return parent;
}

async function runVerb(verb: Verb, command: Command, environment: CliEnvironment): Promise<number> {
  const options = command.opts<Record<string, unknown>>();
  const asJson = options.json === true;
  let context: (HubContext & { close(): Promise<void> }) | undefined;
  try {
    const settings = readSettings(environment.env);
    const result = await verb.run({
      args: command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string'),
      options,
      settings,
      context: async () => (context ??= await environment.openContext(settings)),
      progress: (line) => {
        if (environment.isTerminal && !asJson) environment.stderr(`${line}\n`);
      },
    });
    print(result, asJson, environment);
    return result.ok ? EXIT_OK : EXIT_FAILED;
  } catch (error) {
    return reportFailure(error, asJson, environment);
  } finally {
    await context?.close();
  }
}

function print(result: VerbResult, asJson: boolean, environment: CliEnvironment): void {
  const text = asJson ? JSON.stringify(result.json) : result.text;
  if (text !== undefined && text !== '') environment.stdout(`${text}\n`);
}

function reportFailure(error: unknown, asJson: boolean, environment: CliEnvironment): number {
  const code = error instanceof HubError ? error.code : 'UNEXPECTED';
  const fieldErrors = error instanceof InvalidInputError ? error.errors : [];
  if (asJson)
    environment.stdout(`${JSON.stringify({ ok: false, code, message: messageOf(error), errors: fieldErrors })}\n`);
  else {
    environment.stderr(`hub: ${messageOf(error)}\n`);
    for (const { pointer, detail } of fieldErrors) environment.stderr(`  ${pointer}: ${detail}\n`);
    if (code === 'UNEXPECTED' && error instanceof Error && error.stack !== undefined)
      environment.stderr(`${error.stack}\n`);
  }
  return error instanceof InvalidInputError ? EXIT_USAGE : EXIT_FAILED;
}
