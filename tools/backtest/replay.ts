import type { BureauReport, ReviewCase } from '../../models/state/review-case.ts';
import { type BureauFacts, enquiriesOf } from '../../pipelines/review/bureau-facts.ts';
import { type CaseRules, type Judgement, judge } from '../../pipelines/review/decide.ts';

/** A case whose facts are complete enough to be judged. */
export type KnownCase = ReviewCase & Required<{ [Fact in 'application' | 'match']: NonNullable<ReviewCase[Fact]> }>;

/**
 * What rules make of a recorded case, by the very function that decides live: as if the application came in now, and every bureau that was asked
 * gave the answer it gave then. The verdict is `enquire` where they want a bureau that was not asked then: what it would have said is
 * not known. Pure; the case is left as it is.
 */
export function replay(known: KnownCase, rulesOfCase: CaseRules): Judgement {
  const { rules } = rulesOfCase;
  const answers = answersIn(known, rules.bureau.name);
  const reports = enquiriesOf(rules, known.applicationId).flatMap(({ reportRequestId, bureau }): BureauReport[] => {
    const answer = answers.find((one) => one.bureau === bureau);
    return answer === undefined ? [] : [{ reportRequestId, facts: answer.facts }];
  });
  return judge(
    { ...known, status: 'RECEIVED', decision: null, report: null, enquiries: [], reportRequestId: null, reports },
    rulesOfCase,
  );
}

/** The answers a case has. One of before there were several bureaus has that of its only bureau, which was not named. */
function answersIn(
  { enquiries = [], reports = [], report }: ReviewCase,
  onlyBureau: string,
): Pick<BureauFacts, 'bureau' | 'facts'>[] {
  if (enquiries.length === 0 && reports.length === 0)
    return report === null ? [] : [{ bureau: onlyBureau, facts: report }];
  return reports.flatMap(({ reportRequestId, facts }) => {
    const enquiry = enquiries.find((one) => one.reportRequestId === reportRequestId);
    return enquiry === undefined ? [] : [{ bureau: enquiry.bureau, facts }];
  });
}
