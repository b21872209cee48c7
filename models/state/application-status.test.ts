import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../platform/kernel/project.ts';
import { Outcome } from '../events/application-decided.ts';
import { APPLICATION_STATUSES, applicationStatus, isFinal, STATUS_TRANSITIONS } from './application-status.ts';

const outcomes = Outcome.anyOf.map(({ const: outcome }) => outcome);

describe('the status of an application', () => {
  it('is the outcome once there is one, and each outcome is a status', () => {
    expect(APPLICATION_STATUSES).toEqual(expect.arrayContaining(outcomes));
    for (const outcome of outcomes) expect(applicationStatus(outcome, true)).toBe(outcome);
    expect([applicationStatus(undefined, false), applicationStatus(undefined, true)]).toEqual([
      'RECEIVED',
      'BUREAU_PENDING',
    ]);
  });

  it('may always reach a final one, and none twice', () => {
    const reachable = (status: keyof typeof STATUS_TRANSITIONS): string[] =>
      STATUS_TRANSITIONS[status].flatMap((next) => [next, ...reachable(next)]);
    for (const status of APPLICATION_STATUSES) {
      expect(reachable(status)).not.toContain(status);
      if (!isFinal(status)) expect(reachable(status)).toEqual(expect.arrayContaining(['APPROVED', 'DECLINED']));
    }
  });

  it('has the outcomes by which the warehouse counts', () => {
    for (const folder of ['core', 'marts'])
      for (const name of readdirSync(projectPath('models', 'warehouse', folder)).filter((file) =>
        file.endsWith('.sql'),
      )) {
        const sql = readFileSync(join(projectPath('models', 'warehouse', folder), name), 'utf8');
        for (const [, outcome] of sql.matchAll(/\boutcome\s*(?:=|<>|!=)\s*'([A-Z_]+)'/g))
          expect([name, outcomes]).toEqual([name, expect.arrayContaining([outcome])]);
      }
    const funnel = readFileSync(projectPath('models', 'warehouse', 'marts', 'mart_application_funnel.sql'), 'utf8');
    for (const outcome of outcomes) expect(funnel).toContain(`countIf(outcome = '${outcome}')`);
  });
});
