import { DEFAULT_CHART } from '../../models/ledger/index.ts';
import { sumOf } from '../book/amounts.ts';
import { overpaidFen, owed } from '../book/book.ts';
import { chargeTotals } from '../book/charge.ts';
import { outstandingFen } from '../book/instalment.ts';
import type { LoanEvent } from '../book/loan-event.ts';
import { ageingOf, type LoanState, statusOf, transactionsOf } from '../loan/loan-state.ts';
import { sameToTheBooks, type Transaction } from '../book/transaction.ts';
import { explainStep } from './explain-step.ts';
import type { ScheduleLine, SimulatedStep, StepEntry } from './simulated-step.ts';

/** What a step shows. */
export function stepOf(n: number, event: LoanEvent, before: LoanState, after: LoanState): SimulatedStep {
  const all = owed(after.book);
  const { overdue, ...ageing } = ageingOf(after);
  const step = {
    n,
    event: { type: event.type, on: event.on, id: event.id ?? null },
    businessDate: after.businessDate,
    status: statusOf(after),
    owed: { ...all, totalFen: sumOf(all) },
    overpaidFen: overpaidFen(after.book),
    schedule: scheduleOf(after),
    charges: after.book.charges.map((charge) => ({
      chargeId: charge.chargeId,
      name: charge.name,
      kind: charge.kind,
      ...chargeTotals(charge),
    })),
    transactions: changedTransactions(before, after).map(({ fraud: _, ...transaction }) => transaction),
    ageing: { ...ageing, overdueFen: sumOf(overdue) },
    classification: after.classification,
    nonAccrual: after.nonAccrual,
    journal: after.journal.entries.slice(before.journal.entries.length).map(entryOf),
  };
  return { ...step, explanations: explainStep(step, before, after) };
}

function scheduleOf({ book }: LoanState): ScheduleLine[] {
  let balanceFen = book.instalments.reduce((sum, { due }) => sum + due.principalFen, 0);
  return book.instalments.map((instalment) => {
    const { n, kind, fromOn, dueOn, due, paid, waived, writtenOff, completedOn } = instalment;
    balanceFen -= due.principalFen;
    return {
      n,
      kind,
      fromOn,
      dueOn,
      ...due,
      totalFen: sumOf(due),
      paidFen: sumOf(paid),
      waivedFen: sumOf(waived),
      writtenOffFen: sumOf(writtenOff),
      outstandingFen: outstandingFen(instalment),
      balanceFen,
      completedOn,
    };
  });
}

/** Transactions that are new, were allocated again, or were reversed. */
function changedTransactions(before: LoanState, after: LoanState): Transaction[] {
  const known = new Map(transactionsOf(before).map((transaction) => [transaction.id, transaction]));
  return transactionsOf(after).filter((transaction) => {
    const old = known.get(transaction.id);
    return old === undefined || old.reversed !== transaction.reversed || !sameToTheBooks(old, transaction);
  });
}

function entryOf({ lines, ...entry }: LoanState['journal']['entries'][number]): StepEntry {
  return {
    ...entry,
    lines: lines.map(({ side, account, amountFen }) => ({
      side,
      account,
      code: DEFAULT_CHART[account].code,
      name: DEFAULT_CHART[account].name,
      amountFen,
    })),
  };
}
