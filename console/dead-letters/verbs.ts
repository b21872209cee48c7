import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Verb } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError, messageOf } from '../../platform/kernel/errors.ts';
import {
  listLetters,
  replayLetter,
  showLetter,
  type ListedLetter,
} from '../../platform/streaming/dead-letters/store.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const list: Verb = {
  path: 'dlq list',
  summary: 'dead letters, newest first',
  declare: (command) =>
    void command
      .option('--step <step>', 'only those this step gave up on')
      .option('--topic <topic>', 'only those from this topic')
      .option('--reason <code>', 'only those with this reason')
      .option('--status <status>', 'waiting or replayed')
      .option('--after <id>', 'begin after this one (the cursor of the page before)')
      .option('--limit <n>', 'how many', '50'),
  run: async ({ options, context }) => {
    const status = text(options.status);
    if (status !== undefined && status !== 'waiting' && status !== 'replayed')
      throw wrong('--status', `${status} is neither waiting nor replayed`);
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw wrong('--limit', 'must be a whole number from 1 to 1000');
    const { postgres } = await context();
    const page = await listLetters(postgres, {
      step: text(options.step),
      topic: text(options.topic),
      reason: text(options.reason),
      status,
      after: text(options.after),
      limit,
    });
    return { ok: true, json: page, text: page.letters.map(line).join('\n') || 'No dead letters.' };
  },
};

const show: Verb = {
  path: 'dlq show',
  summary: 'one dead letter with its bytes, key and headers',
  declare: (command) => void command.argument('<id>'),
  run: async ({ args, context }) => {
    const letter = await showLetter((await context()).postgres, args[0]!);
    return { ok: true, json: letter, text: JSON.stringify(letter, null, 2) };
  },
};

const replay: Verb = {
  path: 'dlq replay',
  summary: 'put dead letters back on their topic, for the step that gave up on them',
  declare: (command) =>
    void command
      .argument('[ids...]')
      .option('--all', 'every one that waits (narrow it with --step, --topic, --reason)')
      .option('--step <step>')
      .option('--topic <topic>')
      .option('--reason <code>')
      .option('--value <file>', 'replay one dead letter with the edited JSON of this file'),
  run: async ({ args, options, context, progress }) => {
    if ((args.length === 0) === (options.all !== true)) throw wrong('ids', 'name dead letters, or say --all');
    const file = text(options.value);
    if (file !== undefined && args.length !== 1) throw wrong('--value', 'goes with exactly one id');
    const value = file === undefined ? undefined : readText(file);
    const { postgres } = await context();
    const ids = [...args];
    const failed: { id: string; message: string }[] = [];
    if (options.all === true) {
      let after: string | undefined;
      do {
        const page = await listLetters(postgres, {
          step: text(options.step),
          topic: text(options.topic),
          reason: text(options.reason),
          status: 'waiting',
          after,
          limit: 1000,
        });
        ids.push(...page.letters.map((letter) => letter.id));
        after = page.next ?? undefined;
      } while (after !== undefined);
    }
    let replayed = 0;
    for (const id of ids) {
      try {
        await replayLetter(postgres, { id, actor: `cli:${userInfo().username}`, value });
        replayed += 1;
      } catch (error) {
        if (ids.length === 1) throw error;
        failed.push({ id, message: messageOf(error) });
      }
      if (replayed > 0 && replayed % 1000 === 0) progress(`${replayed} of ${ids.length} replayed`);
    }
    const lines = [`${replayed} replayed.`, ...failed.map(({ id, message }) => `${id}: ${message}`)];
    return { ok: failed.length === 0, json: { replayed, failed }, text: lines.join('\n') };
  },
};

function line(letter: ListedLetter): string {
  return `${letter.id.padEnd(10)} ${letter.diedAt}  ${letter.step.padEnd(12)} ${letter.topic}/${letter.partition}@${letter.offset}  ${letter.reason}: ${letter.detail}  [${letter.status}]`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong('--value', `${file} cannot be read: ${messageOf(error)}`);
  }
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(`${pointer}: ${detail}`, [{ pointer, code: 'WRONG_USAGE', detail }]);
}

/** `hub dlq list|show|replay`. */
export const deadLetterVerbs: readonly Verb[] = [list, show, replay];
