import { systemClock } from '../../../platform/clock.ts';
import { DEFAULT_LIMITS } from '../../../platform/effect-runtime/index.ts';
import type { BureauAdapter } from '../bureau.ts';
import { openScoringBureau } from './client.ts';
import { scoringSettings } from './settings.ts';

/** The first bureau: a score, overdue history and debts by one signed HTTP call. */
export const scoringBureau: BureauAdapter<typeof scoringSettings> = {
  name: 'bureaus.scoring',
  bureau: 'scoring',
  title: { zh: '征信评分机构', en: 'Scoring bureau' },
  directions: ['send'],
  spec: scoringSettings,
  limits: ({ concurrency, timeoutMs }) => ({ ...DEFAULT_LIMITS, concurrency, timeoutMs, window: Math.max(DEFAULT_LIMITS.window, concurrency * 4) }),
  consentDays: ({ consentDays }) => consentDays,
  open: (settings) => openScoringBureau(settings, systemClock),
  check: async (settings) => {
    const bureau = openScoringBureau(settings, systemClock);
    try {
      return await bureau.check();
    } finally {
      await bureau.close();
    }
  },
};
