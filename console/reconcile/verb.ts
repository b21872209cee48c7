import type { Verb } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { Reconcile } from '../../platform/streaming/conservation/index.ts';
import type { LedgerRow } from '../../platform/streaming/conservation/ledger.ts';

const STAGES = {
  'to-warehouse': 'accepted → warehouse',
  'to-pipeline': 'topic → pipeline',
  'to-connector': 'command → result',
} as const;

/** `hub reconcile [--date D]`: exits 0 only when every line balances. */
export function reconcileVerb(run: Reconcile): Verb {
  return {
    path: 'reconcile',
    summary: 'prove that accepted = landed + dead-lettered + in flight, in count and money, per source, topic and day',
    declare: (command) => void command.option('--date <date>', 'only this business date (YYYY-MM-DD)'),
    run: async ({ options, context, progress }) => {
      const day = options.date;
      if (day !== undefined && (typeof day !== 'string' || !isDate(day)))
        throw new InvalidInputError('--date is not a date', [
          { pointer: '--date', code: 'NOT_A_DATE', detail: 'give YYYY-MM-DD' },
        ]);
      progress('reading the books of sources, topics, pipelines and warehouse …');
      const result = await run(await context(), day);
      return {
        ok: result.balanced,
        json: { ok: result.balanced, ...result },
        text: `${table(result.rows)}\n${result.balanced ? 'The books balance.' : 'The books DO NOT balance.'}`,
      };
    },
  };
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().slice(0, 10) === text
  );
}

/** The lines as a table for people; money in yuan. */
export function table(rows: readonly LedgerRow[]): string {
  const head = [
    'stage',
    'topic',
    'source',
    'day',
    'accepted',
    'landed',
    'dead letters',
    'in flight',
    'accepted ¥',
    'landed ¥',
    'dead letters ¥',
    'in flight ¥',
    '',
  ];
  // By digits: a division would round sums of many digits.
  const yuan = (fen: number): string =>
    String(fen)
      .padStart(3, '0')
      .replace(/(\d\d)$/, '.$1');
  const cells = rows.map((row) => [
    STAGES[row.stage],
    row.topic,
    row.source,
    row.day,
    String(row.accepted),
    String(row.landed),
    String(row.deadLettered),
    String(row.inFlight),
    yuan(row.acceptedFen),
    yuan(row.landedFen),
    yuan(row.deadLetteredFen),
    yuan(row.inFlightFen),
    row.balanced ? '✓' : '✗',
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column]!.length)));
  return [head, ...cells]
    .map((line) =>
      line
        .map((cell, column) => (column < 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
