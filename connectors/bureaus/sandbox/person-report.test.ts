import { describe, expect, it } from '@jest/globals';
import { personReport, type PersonReport } from './person-report.ts';

describe('what the sandbox bureau knows', () => {
  const people = Array.from({ length: 20_000 }, (_, index) => personReport(1, `id-${index}`));
  const files = people.filter((report): report is PersonReport => report !== undefined);

  it('is the same each time, and another with another seed', () => {
    expect(personReport(1, 'id-7')).toEqual(people[7]);
    expect(Array.from({ length: 20 }, (_, index) => personReport(2, `id-${index}`))).not.toEqual(people.slice(0, 20));
  });

  it('has the shape of the real book: shares of bands, arrears and enquiries within a point, worse scores with more arrears', () => {
    const share = (test: (report: PersonReport) => boolean, of = files): number => of.filter(test).length / of.length;
    expect(files.length / people.length).toBeCloseTo(0.92, 1);
    expect(Math.abs(share(({ score }) => score < 500) - 0.0736 / 0.4433)).toBeLessThan(0.01);
    expect(Math.abs(share(({ score }) => score >= 700 && score < 750) - 0.112 / 0.4433)).toBeLessThan(0.01);
    expect(Math.abs(share(({ overdue }) => overdue.count24m === 0) - 0.8873)).toBeLessThan(0.02);
    const arrears = (from: number, to: number): number =>
      share(
        ({ overdue }) => overdue.count24m > 0,
        files.filter(({ score }) => score >= from && score < to),
      );
    expect(arrears(300, 500)).toBeGreaterThan(arrears(750, 800) * 1.5);
    for (const { score, overdue, debt } of files) {
      expect(
        score >= 300 &&
          score <= 900 &&
          overdue.currentDpd <= overdue.maxDpd24m &&
          overdue.count24m > 0 === overdue.maxDpd24m > 0,
      ).toBe(true);
      expect(Number.isSafeInteger(debt.balanceFen) && debt.monthlyPaymentFen < debt.balanceFen).toBe(true);
    }
  });
});
