import { describe, expect, it } from '@jest/globals';
import { addDays, addMonths } from '../../models/reference/dates.ts';
import { addedInstalment, type Instalment } from '../book/instalment.ts';
import { ageing } from './ageing.ts';
import {
  type AssetClass,
  classByDays,
  type ClassFacts,
  classify,
  DEFAULT_CLASS_RULES,
  firstClassification,
  stageOf,
} from './asset-class.ts';

const RULES = DEFAULT_CLASS_RULES;

const facts = (on: string, instalments: readonly Instalment[], more: Partial<ClassFacts> = {}): ClassFacts => ({
  on,
  instalments,
  ageing: ageing(instalments, [], on),
  technical: false,
  restructuredOn: null,
  writtenOff: false,
  ...more,
});

function instalment(dueOn: string, paidOn: string | null): Instalment {
  const of = addedInstalment(1, dueOn, dueOn);
  of.due.principalFen = 100;
  of.paid.principalFen = paidOn === null ? 0 : 100;
  of.completedOn = paidOn;
  return of;
}

describe('five classes by days past due', () => {
  it.each<[number, AssetClass]>([
    [0, 'NORMAL'],
    [1, 'SPECIAL_MENTION'],
    [90, 'SPECIAL_MENTION'],
    [91, 'SUBSTANDARD'],
    [270, 'SUBSTANDARD'],
    [271, 'DOUBTFUL'],
    [360, 'DOUBTFUL'],
    [361, 'LOSS'],
  ])('%d days: %s', (days, assetClass) => {
    expect(classByDays(RULES, days)).toBe(assetClass);
    const late = days === 0 ? [] : [instalment('2026-01-10', null)];
    expect(
      classify(RULES, firstClassification('2025-01-10'), facts(addDays('2026-01-10', days), late)).assetClass,
    ).toBe(assetClass);
  });

  it.each([
    [0, 1],
    [30, 1],
    [31, 2],
    [90, 2],
    [91, 3],
  ])('%d days: stage %d', (days, stage) => expect(stageOf(RULES, days, classByDays(RULES, days))).toBe(stage));
  it('substandard and worse is stage 3 whatever the days', () => expect(stageOf(RULES, 0, 'SUBSTANDARD')).toBe(3));
});

describe('exceptions and ways back', () => {
  const good = firstClassification('2025-01-10');
  const bad = { ...good, assetClass: 'SUBSTANDARD' as const, since: '2026-04-15' };

  it('technical overdue of up to seven days is no reason for special mention', () => {
    const late = [instalment('2026-01-10', null)];
    expect(classify(RULES, good, facts('2026-01-17', late, { technical: true }))).toMatchObject({
      assetClass: 'NORMAL',
      reason: 'TECHNICAL',
    });
    expect(classify(RULES, good, facts('2026-01-18', late, { technical: true }))).toMatchObject({
      assetClass: 'SPECIAL_MENTION',
      reason: 'DAYS_PAST_DUE',
    });
    expect(classify(RULES, good, facts('2026-01-17', late)).assetClass).toBe('SPECIAL_MENTION');
  });

  it('special mention is normal again the day the arrears are paid', () => {
    const before = { ...good, assetClass: 'SPECIAL_MENTION' as const };
    expect(classify(RULES, before, facts('2026-02-01', [instalment('2026-01-10', '2026-02-01')]))).toMatchObject({
      assetClass: 'NORMAL',
      since: '2026-02-01',
    });
  });

  it('substandard stays while anything is overdue, though fewer days', () => {
    expect(classify(RULES, bad, facts('2026-05-01', [instalment('2026-04-20', null)]))).toMatchObject({
      assetClass: 'SUBSTANDARD',
      reason: 'PROBATION',
      clearedOn: null,
    });
  });

  it('… and falls further by days', () => {
    expect(classify(RULES, bad, facts(addDays('2026-01-10', 271), [instalment('2026-01-10', null)]))).toMatchObject({
      assetClass: 'DOUBTFUL',
      since: '2026-10-08',
    });
  });

  it('rises after six months and two instalments paid clean since the arrears were cleared', () => {
    const cleared = '2026-05-20';
    const paid = [instalment('2026-06-10', '2026-06-10'), instalment('2026-07-10', '2026-07-09')];
    const on = (date: string, instalments = paid) =>
      classify(RULES, { ...bad, clearedOn: cleared }, facts(date, instalments));
    expect(on('2026-11-19')).toMatchObject({ assetClass: 'SUBSTANDARD', reason: 'PROBATION', clearedOn: cleared });
    expect(on('2026-11-20')).toMatchObject({ assetClass: 'NORMAL', reason: 'NO_ARREARS', clearedOn: null });
    expect(on('2026-11-20', paid.slice(1))).toMatchObject({ assetClass: 'SUBSTANDARD' });
    expect(on('2026-11-20', [paid[0]!, instalment('2026-07-10', '2026-07-11')])).toMatchObject({
      assetClass: 'SUBSTANDARD',
    });
    expect(classify(RULES, bad, facts(cleared, paid))).toMatchObject({ clearedOn: cleared });
  });

  it('new arrears begin the probation anew', () => {
    const before = { ...bad, clearedOn: '2026-05-20' };
    const after = classify(RULES, before, facts('2026-07-15', [instalment('2026-07-10', null)]));
    expect(after).toMatchObject({ assetClass: 'SUBSTANDARD', clearedOn: null });
    expect(classify(RULES, after, facts('2026-07-16', [instalment('2026-07-10', '2026-07-16')]))).toMatchObject({
      clearedOn: '2026-07-16',
    });
  });

  it('a restructured loan is at best special mention for a year', () => {
    const restructuredOn = '2026-03-01';
    expect(classify(RULES, good, facts('2026-03-01', [], { restructuredOn }))).toMatchObject({
      assetClass: 'SPECIAL_MENTION',
      reason: 'RESTRUCTURED',
    });
    expect(
      classify(RULES, good, facts(addDays(addMonths(restructuredOn, 12), -1), [], { restructuredOn })).assetClass,
    ).toBe('SPECIAL_MENTION');
    expect(classify(RULES, good, facts(addMonths(restructuredOn, 12), [], { restructuredOn })).assetClass).toBe(
      'NORMAL',
    );
    expect(
      classify(RULES, good, facts('2026-06-10', [instalment('2026-03-10', null)], { restructuredOn })).assetClass,
    ).toBe('SUBSTANDARD');
  });

  it('a loan that is written off is a loss', () => {
    expect(classify(RULES, good, facts('2026-03-01', [], { writtenOff: true }))).toMatchObject({
      assetClass: 'LOSS',
      reason: 'WRITTEN_OFF',
    });
  });
});
