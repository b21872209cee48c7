export { ACCOUNT_ROLES, type AccountRole } from './accounts.ts';
export { DEFAULT_CHART } from './default-chart.ts';
export { DEFAULT_POSTING_RULES } from './default-posting-rules.ts';
export {
  POSTING_CONDITIONS,
  type PostedPart,
  type PostingConditions,
  type PostingRule,
  readPostingRules,
  type Side,
} from './posting-rules.ts';
