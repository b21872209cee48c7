import { Type, type Static } from '@sinclair/typebox';
import { setting } from '../../contract.ts';
import { httpSettings } from '../http-party.ts';

/** Settings of the fraud list. One key encrypts what is sent (SM4), another signs it (HMAC-SM3). */
export const fraudSettings = Type.Object({
  ...httpSettings('FRAUD_LIST'),
  appId: setting(Type.String({ minLength: 1, maxLength: 64, description: 'the hub’s id at the list' }), {
    env: 'FRAUD_LIST_APP_ID',
  }),
  signKey: setting(Type.String({ minLength: 16, description: 'key of the HMAC-SM3 signatures' }), {
    env: 'FRAUD_LIST_SIGN_KEY',
    secret: true,
  }),
  dataKey: setting(Type.String({ pattern: '^[0-9a-fA-F]{32}$', description: 'SM4 key of the data, 32 hex digits' }), {
    env: 'FRAUD_LIST_DATA_KEY',
    secret: true,
  }),
});

export type FraudSettings = Static<typeof fraudSettings>;
