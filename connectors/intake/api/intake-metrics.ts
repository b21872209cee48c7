import { Counter, Gauge, type Registry } from 'prom-client';

export type IntakeOutcome =
  | 'accepted'
  | 'duplicate'
  | 'conflict'
  | 'replayed'
  | 'unauthorized'
  | 'disabled'
  | 'invalid'
  | 'limited'
  | 'overloaded'
  | 'failed';

/** Counts what partners send. Only partners known here become label values; the rest share one. */
export interface IntakeMetrics {
  count(partnerId: string, outcome: IntakeOutcome): void;
  accepted(partnerId: string, amountFen: number): void;
}

export const UNKNOWN_PARTNER = '(unknown)';

/** `depth` tells how many requests wait for their batch. */
export function intakeMetrics(registry: Registry, depth: () => number): IntakeMetrics {
  const requests = new Counter({
    name: 'hub_intake_applications_total',
    help: 'Applications sent by partners, by what became of them',
    labelNames: ['partner', 'outcome'],
    registers: [registry],
  });
  const amount = new Counter({
    name: 'hub_intake_accepted_fen_total',
    help: 'Money applied for in accepted applications, fen',
    labelNames: ['partner'],
    registers: [registry],
  });
  new Gauge({
    name: 'hub_intake_waiting',
    help: 'Requests that wait for the insert they share',
    registers: [registry],
    collect() {
      this.set(depth());
    },
  });
  // Looking a label set up costs more than counting: each is looked up once.
  const children = new Map<string, Counter.Internal>();
  const amounts = new Map<string, Counter.Internal>();
  const count = (partnerId: string, outcome: IntakeOutcome): void => {
    const name = `${partnerId} ${outcome}`;
    let child = children.get(name);
    if (child === undefined) children.set(name, (child = requests.labels(partnerId, outcome)));
    child.inc();
  };
  return {
    count,
    accepted: (partnerId, amountFen) => {
      count(partnerId, 'accepted');
      let child = amounts.get(partnerId);
      if (child === undefined) amounts.set(partnerId, (child = amount.labels(partnerId)));
      child.inc(amountFen);
    },
  };
}
