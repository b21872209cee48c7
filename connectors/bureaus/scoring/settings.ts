import { Type, type Static } from '@sinclair/typebox';
import { setting } from '../../contract.ts';
import { httpSettings } from '../http-party.ts';

/** Settings of the scoring bureau. */
export const scoringSettings = Type.Object({
  ...httpSettings('BUREAU'),
  appId: setting(Type.String({ minLength: 1, maxLength: 64, description: 'the hub’s id at the bureau' }), {
    env: 'BUREAU_APP_ID',
  }),
  secret: setting(Type.String({ minLength: 8, description: 'key of the HMAC signatures' }), {
    env: 'BUREAU_SECRET',
    secret: true,
  }),
});

export type ScoringSettings = Static<typeof scoringSettings>;
