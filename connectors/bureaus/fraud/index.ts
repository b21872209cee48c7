import { systemClock } from '../../../platform/kernel/clock.ts';
import type { BureauAdapter } from '../bureau.ts';
import { CONSENT_PURPOSE } from '../consent.ts';
import { checkOnce, httpLimits } from '../http-bureau.ts';
import { openFraudList } from './client.ts';
import { fraudSettings } from './settings.ts';

/** A purpose of its own for a look into the list, for lenders whose policy asks for a consent of its own. */
export const FRAUD_PURPOSE = 'fraud-check';

/** The fraud list: whether a person stands on it, why, and how sure the list is. */
export const fraudList: BureauAdapter<typeof fraudSettings> = {
  name: 'bureaus.fraud',
  bureau: 'fraud',
  kind: 'fraud-list',
  purposes: [CONSENT_PURPOSE, FRAUD_PURPOSE],
  title: { zh: '反欺诈名单', en: 'Fraud list' },
  directions: ['send'],
  spec: fraudSettings,
  limits: httpLimits,
  consentDays: ({ consentDays }) => consentDays,
  open: (settings) => openFraudList(settings, systemClock),
  check: (settings) => checkOnce(openFraudList(settings, systemClock)),
};
