import { Type, type Static } from '@sinclair/typebox';
import { setting } from '../../contract.ts';

/** Settings of the scoring bureau. The address has to be https, except on loopback: personal data travels in the body. */
export const scoringSettings = Type.Object({
  url: setting(Type.String({ pattern: '^(https://[^/@]+|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?)(/.*)?$', description: 'base address; https, or http on loopback' }), { env: 'BUREAU_URL' }),
  appId: setting(Type.String({ minLength: 1, maxLength: 64, description: 'the hub’s id at the bureau' }), { env: 'BUREAU_APP_ID' }),
  secret: setting(Type.String({ minLength: 8, description: 'key of the HMAC signatures' }), { env: 'BUREAU_SECRET', secret: true }),
  concurrency: setting(Type.Integer({ minimum: 1, maximum: 2_000, default: 128, description: 'calls at once per worker' }), { env: 'BUREAU_CONCURRENCY' }),
  timeoutMs: setting(Type.Integer({ minimum: 100, maximum: 120_000, default: 10_000, description: 'an attempt is given up after this' }), { env: 'BUREAU_TIMEOUT_MS' }),
  consentDays: setting(Type.Integer({ minimum: 1, maximum: 3_650, default: 90, description: 'how long a consent is good' }), { env: 'BUREAU_CONSENT_DAYS' }),
});

export type ScoringSettings = Static<typeof scoringSettings>;
