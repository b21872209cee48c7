import { HubError } from '../../kernel/errors.ts';

/** A count of events and the money they carry (fen). */
export interface Amount {
  events: number;
  amountFen: number;
}

/** What was seen of the events of one source and day on one stretch of the way. */
export interface LedgerKey {
  /**
   * `to-warehouse`: from where the event was accepted into its raw table; `to-pipeline`: from its topic into a pipeline's state;
   * `to-connector`: from a command to the result of its outside call.
   */
  stage: 'to-warehouse' | 'to-pipeline' | 'to-connector';
  /** Who accepted it (`/intake/D01`, `/pipelines/review`), or the pipeline that reads it. */
  source: string;
  topic: string;
  /** Business date. */
  day: string;
}

export type Account = 'accepted' | 'landed' | 'deadLettered' | 'inFlight';

/** One line of `hub reconcile`: balanced when accepted = landed + dead-lettered + in flight, in count and in money. */
export interface LedgerRow extends LedgerKey {
  accepted: number;
  landed: number;
  deadLettered: number;
  inFlight: number;
  acceptedFen: number;
  landedFen: number;
  deadLetteredFen: number;
  inFlightFen: number;
  balanced: boolean;
}

/** Gathers counts from many places into the lines of the reconciliation. Pure. Throws LEDGER_INEXACT rather than round: sums beyond 2^53 fen (90 trillion yuan a line). */
export class Ledger {
  readonly #lines = new Map<string, LedgerKey & Record<Account, Amount>>();

  add(key: LedgerKey, account: Account, amount: Amount): void {
    const name = [key.stage, key.topic, key.source, key.day].join('\n');
    let line = this.#lines.get(name);
    if (line === undefined)
      this.#lines.set(
        name,
        (line = { ...key, accepted: nothing(), landed: nothing(), deadLettered: nothing(), inFlight: nothing() }),
      );
    line[account] = {
      events: exact(line[account].events + amount.events, key),
      amountFen: exact(line[account].amountFen + amount.amountFen, key),
    };
  }

  /** The lines in the order of stage, topic, source and day; a line without any event is left out. */
  rows(): LedgerRow[] {
    return [...this.#lines.values()]
      .filter((line) => line.accepted.events + line.landed.events + line.deadLettered.events + line.inFlight.events > 0)
      .map(({ accepted, landed, deadLettered, inFlight, ...key }) => ({
        ...key,
        accepted: accepted.events,
        landed: landed.events,
        deadLettered: deadLettered.events,
        inFlight: inFlight.events,
        acceptedFen: accepted.amountFen,
        landedFen: landed.amountFen,
        deadLetteredFen: deadLettered.amountFen,
        inFlightFen: inFlight.amountFen,
        balanced:
          accepted.events === landed.events + deadLettered.events + inFlight.events &&
          accepted.amountFen === landed.amountFen + deadLettered.amountFen + inFlight.amountFen,
      }))
      .sort(
        (a, b) =>
          compare(b.stage, a.stage) ||
          compare(a.topic, b.topic) ||
          compare(a.source, b.source) ||
          compare(a.day, b.day),
      );
  }
}

function exact(sum: number, { topic, day }: LedgerKey): number {
  if (!Number.isSafeInteger(sum))
    throw new HubError('LEDGER_INEXACT', `A sum of ${topic} on ${day} is beyond what can be counted exactly`, {
      details: { topic, day },
    });
  return sum;
}

function nothing(): Amount {
  return { events: 0, amountFen: 0 };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
