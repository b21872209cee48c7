import { describe, expect, it } from '@jest/globals';
import { decideRecovery, type PartitionFacts, type RecoveryDecision } from './recovery.ts';

describe('where a partition goes on', () => {
  it.each<[string, PartitionFacts, RecoveryDecision]>([
    ['the normal restart', { recorded: 50, committed: 50, low: 0, high: 80 }, { action: 'go-on', from: 50 }],
    [
      'died between recording and committing',
      { recorded: 50, committed: 40, low: 0, high: 80 },
      { action: 'go-on', from: 50 },
    ],
    [
      'the group’s offsets have expired',
      { recorded: 50, committed: undefined, low: 0, high: 80 },
      { action: 'go-on', from: 50 },
    ],
    [
      'Postgres was restored from a backup',
      { recorded: 50, committed: 70, low: 0, high: 80 },
      { action: 'go-on', from: 50 },
    ],
    ['all was read', { recorded: 80, committed: 80, low: 0, high: 80 }, { action: 'go-on', from: 80 }],
    ['the topic was recreated', { recorded: 50, committed: 50, low: 0, high: 10 }, { action: 'restart', from: 0 }],
    [
      'retention was faster than the sink',
      { recorded: 50, committed: 50, low: 60, high: 80 },
      { action: 'go-on', from: 60, lost: { from: 50, to: 60 } },
    ],
    [
      'nothing was known',
      { recorded: undefined, committed: undefined, low: 5, high: 80 },
      { action: 'begin', from: 5 },
    ],
    [
      'the hub’s Postgres is new, the group is not',
      { recorded: undefined, committed: 30, low: 5, high: 80 },
      { action: 'begin', from: 30 },
    ],
    [
      'the group stands before the log',
      { recorded: undefined, committed: 2, low: 5, high: 80 },
      { action: 'begin', from: 5 },
    ],
    [
      'the group stands behind the log',
      { recorded: undefined, committed: 90, low: 5, high: 80 },
      { action: 'begin', from: 5 },
    ],
    ['an empty topic', { recorded: undefined, committed: undefined, low: 0, high: 0 }, { action: 'begin', from: 0 }],
  ])('%s', (_, facts, decision) => {
    expect(decideRecovery(facts)).toEqual(decision);
  });
});
