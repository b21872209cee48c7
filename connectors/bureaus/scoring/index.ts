import { systemClock } from '../../../platform/kernel/clock.ts';
import type { BureauAdapter } from '../bureau.ts';
import { CONSENT_PURPOSE } from '../consent.ts';
import { checkOnce, httpLimits } from '../http-bureau.ts';
import { openScoringBureau } from './client.ts';
import { scoringSettings } from './settings.ts';

/** The scoring bureau: a score, overdue history and debts by one signed HTTP call. */
export const scoringBureau: BureauAdapter<typeof scoringSettings> = {
  name: 'bureaus.scoring',
  bureau: 'scoring',
  kind: 'score',
  purposes: [CONSENT_PURPOSE],
  title: { zh: '征信评分机构', en: 'Scoring bureau' },
  directions: ['send'],
  spec: scoringSettings,
  limits: httpLimits,
  consentDays: ({ consentDays }) => consentDays,
  open: (settings) => openScoringBureau(settings, systemClock),
  check: (settings) => checkOnce(openScoringBureau(settings, systemClock)),
};
