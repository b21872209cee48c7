import { Type, type Static } from '@sinclair/typebox';
import { setting } from '../../contract.ts';
import { httpSettings } from '../http-party.ts';

const Pem = (description: string) =>
  Type.String({ pattern: '-----BEGIN [A-Z ]+-----', description: `${description}, PEM; line ends may be written \\n` });

/** Settings of the personal credit report (PBOC style): both sides sign with RSA keys of their own. */
export const pbocSettings = Type.Object({
  ...httpSettings('PBOC'),
  orgCode: setting(
    Type.String({ pattern: '^[A-Z0-9]{14}$', description: 'the lender’s organisation code in the credit system' }),
    { env: 'PBOC_ORG_CODE' },
  ),
  appId: setting(Type.String({ minLength: 1, maxLength: 64, description: 'the hub’s id at the gateway' }), {
    env: 'PBOC_APP_ID',
  }),
  privateKey: setting(Pem('the hub’s RSA private key'), { env: 'PBOC_PRIVATE_KEY', secret: true }),
  bureauKey: setting(Pem('the bureau’s RSA public key'), { env: 'PBOC_BUREAU_KEY' }),
});

export type PbocSettings = Static<typeof pbocSettings>;

/** A PEM whose line ends may be escaped, as they are in environment files. */
export function pemOf(text: string): string {
  return text.replaceAll('\\n', '\n');
}
