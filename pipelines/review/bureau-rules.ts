import { failed, type Finding, notApplicable, passed, type Rule } from './finding.ts';

/*
 * The rules that need a bureau's answer. Limits are inclusive. A case whose enquiry the bureau refused goes to a person: the rules that
 * need a report then do not apply.
 */

type Result = 'approve' | 'refer' | 'decline';

function byOutcome(rule: string, inputs: Finding['entry']['inputs'], limit: string | number | null, outcome: Result, detail: string): Finding {
  return outcome === 'approve' ? passed(rule, inputs, limit) : failed(rule, inputs, limit, { outcome, enquire: true }, 'BUREAU_SCORE', detail);
}

/** The bureau answered. */
export const bureauAnswer: Rule = ({ index, report }) => {
  if (report === null) return notApplicable('bureau-answer');
  const inputs = { bureau: index.policy.bureau.name, outcome: report.outcome, rejection: report.rejectionCode };
  if (report.outcome !== 'rejected') return passed('bureau-answer', inputs, null);
  const knockOut = { outcome: index.policy.bureau.unavailable, enquire: true };
  return failed('bureau-answer', inputs, null, knockOut, 'BUREAU_UNAVAILABLE', `征信机构未能提供报告（${report.rejectionCode ?? '未说明'}）`);
};

/** The score lies in a band that passes; a person without a file or score goes where the policy says. */
export const bureauScore: Rule = ({ index, report }) => {
  if (report === null || report.outcome === 'rejected') return notApplicable('bureau-score');
  const { bands, noFile } = index.policy.bureau;
  const { score } = report;
  if (report.outcome === 'no-file' || score === null) {
    const detail = report.outcome === 'no-file' ? '征信机构查无此人记录' : '征信报告没有评分';
    return byOutcome('bureau-score', { outcome: report.outcome, score: null }, null, noFile, detail);
  }
  // A score below the lowest band belongs to it as well.
  let band = bands[0]!;
  for (const next of bands) if (score >= next.from) band = next;
  const approveFrom = bands.find(({ outcome }) => outcome === 'approve')?.from ?? null;
  return byOutcome('bureau-score', { outcome: report.outcome, score }, approveFrom, band.outcome, `征信评分${score}分，低于通过线${approveFrom ?? '（无）'}分`);
};

/** Arrears now, at their worst in two years, and how often. */
export const bureauOverdue: Rule = ({ index, report }) => {
  if (report === null || report.outcome !== 'report' || report.currentDaysPastDue === null) return notApplicable('bureau-overdue');
  const { maxCurrentDays, maxDays24Months, maxTimes24Months, outcome, timesOutcome } = index.policy.bureau.overdue;
  const { currentDaysPastDue, maxDaysPastDue24Months, timesOverdue24Months } = report;
  const inputs = { currentDaysPastDue, maxDaysPastDue24Months, timesOverdue24Months };
  const limit = `${maxCurrentDays}/${maxDays24Months}/${maxTimes24Months}`;
  const arrears: string[] = [];
  if (currentDaysPastDue > maxCurrentDays) arrears.push(`当前逾期${currentDaysPastDue}天，上限${maxCurrentDays}天`);
  if ((maxDaysPastDue24Months ?? 0) > maxDays24Months) arrears.push(`近24个月最长逾期${maxDaysPastDue24Months}天，上限${maxDays24Months}天`);
  const tooOften = (timesOverdue24Months ?? 0) > maxTimes24Months;
  if (arrears.length === 0 && !tooOften) return passed('bureau-overdue', inputs, limit);
  const result = arrears.length > 0 && (outcome === 'decline' || !tooOften) ? outcome : timesOutcome;
  if (tooOften) arrears.push(`近24个月逾期${timesOverdue24Months}次，上限${maxTimes24Months}次`);
  return failed('bureau-overdue', inputs, limit, { outcome: result, enquire: true }, 'BUREAU_OVERDUE', arrears.join('；'));
};

/** Not shopping for credit: enquiries by lenders in three months. */
export const bureauEnquiries: Rule = ({ index, report }) => {
  if (report === null || report.outcome !== 'report' || report.enquiries3Months === null) return notApplicable('bureau-enquiries');
  const { maxEnquiries3Months, enquiriesOutcome } = index.policy.bureau;
  const inputs = { enquiries3Months: report.enquiries3Months };
  return report.enquiries3Months <= maxEnquiries3Months
    ? passed('bureau-enquiries', inputs, maxEnquiries3Months)
    : byOutcome('bureau-enquiries', inputs, maxEnquiries3Months, enquiriesOutcome, `近3个月被查询${report.enquiries3Months}次，超过${maxEnquiries3Months}次`);
};
