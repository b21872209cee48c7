import { ASSET_CLASSES } from '../../models/events/bureau-report.ts';
import { failed, type Finding, notApplicable, passed, type Rule } from './finding.ts';

/*
 * The rules that need the bureaus' answers. Limits are inclusive. A case whose enquiry a bureau refused goes to a person: the rules that
 * need a report then do not apply.
 */

type Result = 'approve' | 'refer' | 'decline';

function byOutcome(
  rule: string,
  inputs: Finding['entry']['inputs'],
  limit: string | number | null,
  outcome: Result,
  detail: string,
): Finding {
  return outcome === 'approve'
    ? passed(rule, inputs, limit)
    : failed(rule, inputs, limit, { outcome, enquire: true }, 'BUREAU_SCORE', detail);
}

const worse = (outcomes: readonly Result[]): Result =>
  (['decline', 'refer'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'approve';

/** Every bureau answered. */
export const bureauAnswer: Rule = ({ index, bureaus }) => {
  const [first, ...others] = bureaus;
  if (first === undefined) return notApplicable('bureau-answer');
  const inputs: Finding['entry']['inputs'] = {
    bureau: first.bureau,
    outcome: first.facts.outcome,
    rejection: first.facts.rejectionCode,
  };
  for (const { bureau, facts } of others) inputs[bureau] = facts.rejectionCode ?? facts.outcome;
  const refused = bureaus.filter(({ facts }) => facts.outcome === 'rejected');
  if (refused.length === 0) return passed('bureau-answer', inputs, null);
  const { unavailable, others: more = [] } = index.policy.bureau;
  const outcome = worse(
    refused.map(({ bureau }) => more.find(({ name }) => name === bureau)?.unavailable ?? unavailable),
  );
  const who = refused
    .map(
      ({ bureau, facts }) =>
        `${refused.length > 1 || bureau !== first.bureau ? `${bureau} ` : ''}${facts.rejectionCode ?? '未说明'}`,
    )
    .join('、');
  return failed(
    'bureau-answer',
    inputs,
    null,
    { outcome: outcome === 'decline' ? 'decline' : 'refer', enquire: true },
    'BUREAU_UNAVAILABLE',
    `征信机构未能提供报告（${who}）`,
  );
};

/** The score lies in a band that passes; a person without a file or score goes where the policy says. */
export const bureauScore: Rule = ({ index, bureaus }) => {
  const report = bureaus[0]?.facts;
  if (report === undefined || report.outcome === 'rejected') return notApplicable('bureau-score');
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
  return byOutcome(
    'bureau-score',
    { outcome: report.outcome, score },
    approveFrom,
    band.outcome,
    `征信评分${score}分，低于通过线${approveFrom ?? '（无）'}分`,
  );
};

/** The bureaus beside the first one know the person, where the policy wants that. */
export const bureauFile: Rule = ({ index, bureaus }) => {
  const others = bureaus.slice(1);
  if (others.length === 0) return notApplicable('bureau-file');
  const inputs = Object.fromEntries(others.map(({ bureau, facts }) => [bureau, facts.outcome]));
  const without = others.filter(({ facts }) => facts.outcome === 'no-file');
  const outcome = worse(
    without.map(({ bureau }) => index.policy.bureau.others?.find(({ name }) => name === bureau)?.noFile ?? 'refer'),
  );
  return byOutcome(
    'bureau-file',
    inputs,
    null,
    outcome,
    `征信机构查无此人记录（${without.map(({ bureau }) => bureau).join('、')}）`,
  );
};

/** Arrears now, at their worst in two years, and how often. */
export const bureauOverdue: Rule = ({ index, report }) => {
  if (report === null || report.outcome !== 'report' || report.currentDaysPastDue === null)
    return notApplicable('bureau-overdue');
  const { maxCurrentDays, maxDays24Months, maxTimes24Months, outcome, timesOutcome } = index.policy.bureau.overdue;
  const { currentDaysPastDue, maxDaysPastDue24Months, timesOverdue24Months } = report;
  const inputs = { currentDaysPastDue, maxDaysPastDue24Months, timesOverdue24Months };
  const limit = `${maxCurrentDays}/${maxDays24Months}/${maxTimes24Months}`;
  const arrears: string[] = [];
  if (currentDaysPastDue > maxCurrentDays) arrears.push(`当前逾期${currentDaysPastDue}天，上限${maxCurrentDays}天`);
  if ((maxDaysPastDue24Months ?? 0) > maxDays24Months)
    arrears.push(`近24个月最长逾期${maxDaysPastDue24Months}天，上限${maxDays24Months}天`);
  const tooOften = (timesOverdue24Months ?? 0) > maxTimes24Months;
  if (arrears.length === 0 && !tooOften) return passed('bureau-overdue', inputs, limit);
  const result = arrears.length > 0 && (outcome === 'decline' || !tooOften) ? outcome : timesOutcome;
  if (tooOften) arrears.push(`近24个月逾期${timesOverdue24Months}次，上限${maxTimes24Months}次`);
  return failed(
    'bureau-overdue',
    inputs,
    limit,
    { outcome: result, enquire: true },
    'BUREAU_OVERDUE',
    arrears.join('；'),
  );
};

const CLASS_NAMES = {
  normal: '正常',
  'special-mention': '关注',
  substandard: '次级',
  doubtful: '可疑',
  loss: '损失',
} as const;

/** What a credit report says beside arrears: five classes, bad debts, debts others had to pay, enforcements. */
export const bureauRecord: Rule = ({ index, report }) => {
  const limits = index.policy.bureau.record;
  if (limits === undefined || report === null || report.assetClass === undefined) return notApplicable('bureau-record');
  const { assetClass, badDebts = 0, recourse = 0, enforcements = 0 } = report;
  const inputs = { assetClass, badDebts, recourse, enforcements };
  const limit = `${limits.worstAssetClass}/${limits.maxBadDebts}/${limits.maxRecourse}/${limits.maxEnforcements}`;
  const found: string[] = [];
  if (ASSET_CLASSES.indexOf(assetClass) > ASSET_CLASSES.indexOf(limits.worstAssetClass))
    found.push(`账户五级分类为${CLASS_NAMES[assetClass]}，下限${CLASS_NAMES[limits.worstAssetClass]}`);
  if (badDebts > limits.maxBadDebts) found.push(`呆账${badDebts}笔，上限${limits.maxBadDebts}笔`);
  if (recourse > limits.maxRecourse) found.push(`被追偿${recourse}笔，上限${limits.maxRecourse}笔`);
  if (enforcements > limits.maxEnforcements) found.push(`强制执行${enforcements}条，上限${limits.maxEnforcements}条`);
  return found.length === 0
    ? passed('bureau-record', inputs, limit)
    : failed(
        'bureau-record',
        inputs,
        limit,
        { outcome: limits.outcome, enquire: true },
        'BUREAU_OVERDUE',
        found.join('；'),
      );
};

/** The person stands on no fraud list of a bureau. */
export const bureauFraudList: Rule = ({ index, report }) => {
  if (report === null || report.listing === undefined) return notApplicable('bureau-fraud-list');
  const { listing, lists = [] } = report;
  const inputs = { listing, lists: lists.join(',') };
  if (listing === 'none') return passed('bureau-fraud-list', inputs, null);
  const outcome = index.policy.bureau.fraud?.[listing] ?? 'decline';
  return failed(
    'bureau-fraud-list',
    inputs,
    null,
    { outcome, enquire: true },
    'BLACKLIST',
    `命中征信机构欺诈名单（${lists.join('、')}${listing === 'suspected' ? '，疑似' : ''}）`,
  );
};

/** Not shopping for credit: enquiries by lenders in three months. */
export const bureauEnquiries: Rule = ({ index, report }) => {
  if (report === null || report.outcome !== 'report' || report.enquiries3Months === null)
    return notApplicable('bureau-enquiries');
  const { maxEnquiries3Months, enquiriesOutcome } = index.policy.bureau;
  const inputs = { enquiries3Months: report.enquiries3Months };
  return report.enquiries3Months <= maxEnquiries3Months
    ? passed('bureau-enquiries', inputs, maxEnquiries3Months)
    : byOutcome(
        'bureau-enquiries',
        inputs,
        maxEnquiries3Months,
        enquiriesOutcome,
        `近3个月被查询${report.enquiries3Months}次，超过${maxEnquiries3Months}次`,
      );
};
