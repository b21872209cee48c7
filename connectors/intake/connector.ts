import { HubError } from '../../platform/kernel/errors.ts';
import type { Connector } from '../contract.ts';
import { checkCallbacks } from './callbacks/callback-worker.ts';
import { intakeSettings } from './settings.ts';

/** The partners as a connector: applications come in, decisions are told. Who they are and what they sign with is kept by `hub partners`. */
export const intakeConnector: Connector<typeof intakeSettings> = {
  name: 'intake',
  title: { zh: '合作方进件与回调', en: 'Partners: applications and callbacks' },
  directions: ['receive', 'send'],
  spec: intakeSettings,
  check: async (settings, hub) => {
    if (hub === undefined)
      return { ok: false, code: 'HUB_NOT_RUNNING', detail: 'the partners are kept in the database of a hub' };
    try {
      return await checkCallbacks(await hub(), settings);
    } catch (error) {
      return {
        ok: false,
        code: error instanceof HubError ? error.code : 'UNEXPECTED',
        detail: error instanceof HubError ? error.message : 'the partners cannot be read',
      };
    }
  },
};
