import { systemClock } from '../../../platform/kernel/clock.ts';
import type { BureauAdapter } from '../bureau.ts';
import { CONSENT_PURPOSE } from '../consent.ts';
import { checkOnce, httpLimits } from '../http-bureau.ts';
import { openPbocBureau } from './client.ts';
import { pbocSettings } from './settings.ts';

/** The personal credit report in the style of the PBOC's second generation: accounts, arrears, debts, enquiries, public records. */
export const pbocBureau: BureauAdapter<typeof pbocSettings> = {
  name: 'bureaus.pboc',
  bureau: 'pboc',
  kind: 'credit-report',
  purposes: [CONSENT_PURPOSE],
  title: { zh: '个人信用报告（二代征信）', en: 'Personal credit report (PBOC style)' },
  directions: ['send'],
  spec: pbocSettings,
  limits: httpLimits,
  consentDays: ({ consentDays }) => consentDays,
  open: (settings) => openPbocBureau(settings, systemClock),
  check: (settings) => checkOnce(openPbocBureau(settings, systemClock)),
};
