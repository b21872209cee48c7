import type { AccountRole, PostingRule } from '../../models/ledger/index.ts';
import { sameToTheBooks, type Transaction } from '../book/transaction.ts';
import { type JournalLine, linesOf, mirrorImage } from './post.ts';

/** One entry of the journal: never changed, only reversed by a later one. */
export interface JournalEntry {
  readonly entryNo: number;
  /** business date it was posted on */
  readonly postedOn: string;
  readonly transactionId: string;
  readonly kind: string;
  /** 1 for the first posting of a transaction; rises each time it is allocated again */
  readonly version: number;
  /** the entry this one reverses */
  readonly reverses: number | null;
  readonly lines: readonly JournalLine[];
}

/** A transaction as it stands in the journal. */
interface Posted {
  readonly transaction: Transaction;
  readonly entryNo: number;
  readonly version: number;
  readonly reversed: boolean;
}

/** The journal of a loan. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  readonly posted: ReadonlyMap<string, Posted>;
  /** how many accruals were posted: those never change */
  readonly accruals: number;
  /** debits − credits of each account */
  readonly balances: ReadonlyMap<AccountRole, number>;
}

export const EMPTY_JOURNAL: Journal = { entries: [], posted: new Map(), accruals: 0, balances: new Map() };

/**
 * Posts what the journal lacks of the transactions: new ones, reversals, and both reversal and new posting of those that were allocated
 * again. `accruals` only ever get longer.
 */
export function postTransactions(
  journal: Journal,
  rules: readonly PostingRule[],
  movements: readonly Transaction[],
  accruals: readonly Transaction[],
  nonAccrual: boolean,
  postedOn: string,
): Journal {
  const transactions = [...movements, ...accruals.slice(journal.accruals)]
    .filter((transaction) => !stands(journal, transaction))
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  if (transactions.length === 0) return journal;
  const entries = [...journal.entries];
  const posted = new Map(journal.posted);
  const balances = new Map(journal.balances);
  const append = (entry: Omit<JournalEntry, 'entryNo' | 'postedOn'>): number => {
    entries.push({ entryNo: entries.length + 1, postedOn, ...entry });
    for (const { side, account, amountFen } of entry.lines)
      balances.set(account, (balances.get(account) ?? 0) + (side === 'D' ? amountFen : -amountFen));
    return entries.length;
  };
  const reverse = (transaction: Transaction, { entryNo, version }: Posted): void => {
    const { lines } = entries[entryNo - 1]!;
    if (lines.length > 0)
      append({
        transactionId: transaction.id,
        kind: transaction.kind,
        version,
        reverses: entryNo,
        lines: mirrorImage(lines),
      });
  };
  for (const transaction of transactions) {
    const before = posted.get(transaction.id);
    if (before !== undefined && !before.reversed) reverse(transaction, before);
    if (transaction.reversed) {
      if (before !== undefined) posted.set(transaction.id, { ...before, reversed: true });
      continue;
    }
    const version = (before?.version ?? 0) + 1;
    const lines = linesOf(rules, transaction, {
      chargedOff: transaction.chargedOff,
      fraud: transaction.fraud,
      nonAccrual,
    });
    const entryNo = append({ transactionId: transaction.id, kind: transaction.kind, version, reverses: null, lines });
    posted.set(transaction.id, {
      transaction: { ...transaction, amounts: { ...transaction.amounts } },
      entryNo,
      version,
      reversed: false,
    });
  }
  return { entries, posted, accruals: accruals.length, balances };
}

/** Whether the journal has a transaction as it is. */
function stands({ posted }: Journal, transaction: Transaction): boolean {
  const before = posted.get(transaction.id);
  return (
    before !== undefined &&
    before.reversed === transaction.reversed &&
    (before.reversed || sameToTheBooks(before.transaction, transaction))
  );
}

/** The lines of a transaction as it stands: of its last version, and of the reversal when it was reversed. */
export function linesOfTransaction(
  journal: Journal,
  transactionId: string,
): { readonly posted: readonly JournalLine[]; readonly reversal: readonly JournalLine[] } {
  const of = journal.posted.get(transactionId);
  if (of === undefined) return { posted: [], reversal: [] };
  const reversal = of.reversed ? journal.entries.find(({ reverses }) => reverses === of.entryNo) : undefined;
  return { posted: journal.entries[of.entryNo - 1]!.lines, reversal: reversal?.lines ?? [] };
}
