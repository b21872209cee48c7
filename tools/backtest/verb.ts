import { readFileSync } from 'node:fs';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import { isBusinessDate } from '../../models/reference/dates.ts';
import type { Verb } from '../../platform/edge/cli/verb.ts';
import { configHistory, refuseInvalid } from '../../platform/storage/configuration/store.ts';
import { InvalidInputError, messageOf } from '../../platform/kernel/errors.ts';
import { reportText } from './report-text.ts';
import { runBacktest } from './run-backtest.ts';

/**
 * `hub policy backtest`. Exit 0 when the candidate was run; of `--policy live`, which must reproduce every recorded decision to the letter, 1 when it
 * did not. Throws InvalidInputError for a policy that is not valid and for dates that are none.
 */
export const backtestVerb: Verb = {
  path: 'policy backtest',
  summary:
    'what a review policy would have decided of recorded applications: approval rate, amounts, reasons, expected loss',
  declare: (command) =>
    void command
      .requiredOption(
        '--policy <file>',
        'the candidate as JSON (as for hub config set review), or `live`: each case under the version it began under',
      )
      .requiredOption('--from <date>', 'first business date, YYYY-MM-DD')
      .requiredOption('--to <date>', 'last business date')
      .option('--cases <n>', 'list so many changed cases', '0'),
  run: async ({ options, context, progress }) => {
    const span = { from: date('--from', options.from), to: date('--to', options.to) };
    if (span.from > span.to) throw wrong('--to', `${span.to} lies before ${span.from}`);
    const mostCases = count('--cases', options.cases);
    const candidate = options.policy === 'live' ? 'live' : readPolicy(String(options.policy));
    const { postgres } = await context();
    const versions = new Map(
      (await configHistory(postgres, 'review')).map(({ label, value }) => [label, value as ReviewPolicy]),
    );
    const report = await runBacktest(postgres, {
      candidate,
      ...span,
      mostCases,
      versions,
      progress: (cases) => progress(`${cases} cases`),
    });
    const { changed, reworded } = report.total;
    const ok = candidate !== 'live' || (changed === 0 && reworded === 0 && report.versionUnknown === 0);
    return { ok, json: { ok, policy: options.policy, ...span, ...report }, text: reportText(report, span) };
  },
};

function readPolicy(file: string): ReviewPolicy {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong('--policy', `${file} cannot be read as JSON: ${messageOf(error)}`);
  }
  refuseInvalid('review', value);
  return value as ReviewPolicy;
}

function date(option: string, text: unknown): string {
  if (typeof text !== 'string' || !isBusinessDate(text))
    throw wrong(option, `${String(text)} is not a date (YYYY-MM-DD)`);
  return text;
}

function count(option: string, text: unknown): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw wrong(option, `${String(text)} is not a number of cases`);
  return value;
}

function wrong(pointer: string, detail: string): InvalidInputError {
  return new InvalidInputError(detail, [{ pointer, code: 'WRONG_USAGE', detail }]);
}
