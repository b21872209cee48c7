import { Type, type Static } from '@sinclair/typebox';
import { readConnectorSettings, setting } from '../contract.ts';

/** Settings of the partner API and its callbacks. What belongs to one partner is changed by `hub partners set`, at once. */
export const intakeSettings = Type.Object({
  partnerRate: setting(
    Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 0,
      description: 'requests a second of a partner that has no rate of its own; 0: no limit',
    }),
    { env: 'HUB_PARTNER_RATE' },
  ),
  callbackNetworks: setting(
    Type.String({
      maxLength: 2_000,
      default: '',
      description:
        'networks (CIDR, comma between) callbacks may go to although they are not public, plain http included',
    }),
    { env: 'CALLBACK_NETWORKS' },
  ),
  callbackConcurrency: setting(
    Type.Integer({ minimum: 1, maximum: 1_000, default: 64, description: 'callbacks under way at once' }),
    { env: 'CALLBACK_CONCURRENCY' },
  ),
  callbackTimeoutMs: setting(
    Type.Integer({ minimum: 100, maximum: 60_000, default: 5_000, description: 'an attempt is given up after this' }),
    { env: 'CALLBACK_TIMEOUT_MS' },
  ),
  callbackPatienceSeconds: setting(
    Type.Integer({
      minimum: 1,
      maximum: 86_400,
      default: 300,
      description: 'so long a callback is tried again; then it goes to the dead letters, to be replayed',
    }),
    { env: 'CALLBACK_PATIENCE_SECONDS' },
  ),
});

export type IntakeSettings = Static<typeof intakeSettings>;

/** Reads them once, at the start of a worker. Throws InvalidInputError naming each variable that is wrong. */
export function readIntakeSettings(env: Readonly<Record<string, string | undefined>> = process.env): IntakeSettings {
  return readConnectorSettings(intakeSettings, env);
}
