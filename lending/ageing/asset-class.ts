import { addMonths } from '../../models/reference/dates.ts';
import type { Instalment } from '../book/instalment.ts';
import type { Ageing } from './ageing.ts';

/** Five classes 五级分类, from good to bad: normal 正常, special mention 关注, substandard 次级, doubtful 可疑, loss 损失. */
export const ASSET_CLASSES = ['NORMAL', 'SPECIAL_MENTION', 'SUBSTANDARD', 'DOUBTFUL', 'LOSS'] as const;
export type AssetClass = (typeof ASSET_CLASSES)[number];

/** The rules of 商业银行金融资产风险分类办法 (in force from 2023-07-01); a dated configuration may hold others. */
export interface ClassRules {
  /** a class is at least this bad when more than so many days are past due */
  readonly daysAbove: Readonly<Record<Exclude<AssetClass, 'NORMAL'>, number>>;
  /** overdue for a technical reason, up to so many days, is no reason for special mention */
  readonly technicalDays: number;
  /** better than substandard again: so many instalments paid when due, and so many months, since the arrears were cleared */
  readonly upgrade: { readonly instalments: number; readonly months: number };
  /** a restructured loan is at best special mention for so many months */
  readonly observationMonths: number;
  /** expected credit loss stage 2 and 3 above so many days */
  readonly stageAbove: { readonly two: number; readonly three: number };
}

export const DEFAULT_CLASS_RULES: ClassRules = {
  daysAbove: { SPECIAL_MENTION: 0, SUBSTANDARD: 90, DOUBTFUL: 270, LOSS: 360 },
  technicalDays: 7,
  upgrade: { instalments: 2, months: 6 },
  observationMonths: 12,
  stageAbove: { two: 30, three: 90 },
};

/** The class of a loan and why. */
export interface Classification {
  readonly assetClass: AssetClass;
  readonly since: string;
  /** substandard or worse without arrears: since when there are none; null else */
  readonly clearedOn: string | null;
  readonly reason: 'DAYS_PAST_DUE' | 'NO_ARREARS' | 'TECHNICAL' | 'PROBATION' | 'RESTRUCTURED' | 'WRITTEN_OFF';
  readonly eclStage: 1 | 2 | 3;
}

/** What the class depends on, on a business date. */
export interface ClassFacts {
  readonly on: string;
  readonly ageing: Ageing;
  readonly instalments: readonly Instalment[];
  /** what is overdue is so for a technical reason */
  readonly technical: boolean;
  readonly restructuredOn: string | null;
  readonly writtenOff: boolean;
}

const rank = (of: AssetClass): number => ASSET_CLASSES.indexOf(of);
const worse = (a: AssetClass, b: AssetClass): AssetClass => (rank(a) >= rank(b) ? a : b);

/** The class days past due alone make: 90 special mention, 91 substandard, 270 substandard, 271 doubtful, 360 doubtful, 361 loss. */
export function classByDays({ daysAbove }: ClassRules, days: number): AssetClass {
  return ASSET_CLASSES.findLast((candidate) => candidate !== 'NORMAL' && days > daysAbove[candidate]) ?? 'NORMAL';
}

/** A loan that was just disbursed. */
export function firstClassification(on: string): Classification {
  return { assetClass: 'NORMAL', since: on, clearedOn: null, reason: 'NO_ARREARS', eclStage: 1 };
}

/**
 * The class on a date after the one before. It falls at once. From substandard or worse it rises only when the arrears are cleared and
 * both so many instalments and so many months were paid clean since; a restructured loan stays at special mention at best for the time of
 * observation.
 */
export function classify(rules: ClassRules, before: Classification, facts: ClassFacts): Classification {
  const { assetClass, clearedOn, reason } = decided(rules, before, facts);
  const since = assetClass === before.assetClass ? before.since : facts.on;
  return { assetClass, since, clearedOn, reason, eclStage: stageOf(rules, facts.ageing.countedDays, assetClass) };
}

function decided(
  rules: ClassRules,
  before: Classification,
  facts: ClassFacts,
): Pick<Classification, 'assetClass' | 'clearedOn' | 'reason'> {
  if (facts.writtenOff) return { assetClass: 'LOSS', clearedOn: null, reason: 'WRITTEN_OFF' };
  const days = facts.ageing.countedDays;
  const technical = facts.technical && days <= rules.technicalDays;
  const byDays = technical ? 'NORMAL' : classByDays(rules, days);
  const wasBad = rank(before.assetClass) >= rank('SUBSTANDARD');
  if (wasBad && rank(byDays) <= rank(before.assetClass)) {
    const clearedOn = facts.ageing.oldestDueOn === null ? (before.clearedOn ?? facts.on) : null;
    if (clearedOn === null || !paidClean(rules, clearedOn, facts))
      return { assetClass: before.assetClass, clearedOn, reason: 'PROBATION' };
  }
  const observed = facts.restructuredOn !== null && facts.on < addMonths(facts.restructuredOn, rules.observationMonths);
  const assetClass = observed ? worse(byDays, 'SPECIAL_MENTION') : byDays;
  if (assetClass !== byDays) return { assetClass, clearedOn: null, reason: 'RESTRUCTURED' };
  if (days === 0) return { assetClass, clearedOn: null, reason: 'NO_ARREARS' };
  return { assetClass, clearedOn: null, reason: technical ? 'TECHNICAL' : 'DAYS_PAST_DUE' };
}

/** Whether enough instalments fell due and were paid by their due date, and enough months passed, since the arrears were cleared. */
function paidClean({ upgrade }: ClassRules, clearedOn: string, { on, instalments }: ClassFacts): boolean {
  const clean = instalments.filter(
    ({ dueOn, completedOn }) => dueOn > clearedOn && dueOn <= on && completedOn !== null && completedOn <= dueOn,
  );
  return clean.length >= upgrade.instalments && on >= addMonths(clearedOn, upgrade.months);
}

/** Stage of expected credit loss: 3 when credit-impaired (by days, or substandard and worse), 2 from 31 days, else 1. */
export function stageOf({ stageAbove }: ClassRules, days: number, assetClass: AssetClass): 1 | 2 | 3 {
  if (days > stageAbove.three || rank(assetClass) >= rank('SUBSTANDARD')) return 3;
  return days > stageAbove.two ? 2 : 1;
}
