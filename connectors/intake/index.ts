import type { HubModule } from '../../platform/edge/hub-module.ts';
import { attachmentRelaySource } from './api/attachments/attachment-relay.ts';
import { applicationDecided, callbackCompleted } from '../../models/events/index.ts';
import { CALLBACK_EFFECT } from './callbacks/callback-effect.ts';
import { callbackWorker } from './callbacks/callback-worker.ts';
import { formatVerbs } from './formats/format-verbs.ts';
import { partnerVerbs } from './partners/partner-verbs.ts';
import { intakeRelaySource, nonceCleaner } from './api/relay-worker.ts';
import { intakeConservation } from './api/conservation.ts';
import { intakeRoutes } from './api/routes.ts';

export { addPartner, changePartner, listPartners, rotatePartner, setPartnerDisabled } from './partners/partners.ts';
export { startCallbackReceiver, type CallbackReceiver } from './sandbox/callback-receiver.ts';
export { setPartnerFormat } from './formats/format-settings.ts';
/** Partners' applications: the signed API, the partners themselves, and the relay that brings what was accepted to Kafka. */
export const intakeModule: HubModule = {
  name: 'intake',
  routes: intakeRoutes,
  verbs: [...partnerVerbs, ...formatVerbs],
  workers: [nonceCleaner, callbackWorker],
  relays: [intakeRelaySource, attachmentRelaySource],
  conservation: [intakeConservation],
  commandResults: [
    {
      command: applicationDecided,
      result: callbackCompleted,
      effects: [CALLBACK_EFFECT],
      effectOf: () => CALLBACK_EFFECT,
    },
  ],
};
