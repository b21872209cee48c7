import type { HubModule } from '../../platform/module.ts';
import { attachmentRelayWorker } from './attachments/attachment-relay.ts';
import { applicationDecided, callbackCompleted } from '../../models/events/index.ts';
import { CALLBACK_EFFECT } from './callback/callback-effect.ts';
import { callbackWorker } from './callback/callback-worker.ts';
import { formatVerbs } from './formats/format-verbs.ts';
import { partnerVerbs } from './partner-verbs.ts';
import { intakeRelayWorker } from './relay-worker.ts';
import { intakeConservation } from './conservation.ts';
import { intakeRoutes } from './routes.ts';

export { addPartner, changePartner, listPartners, rotatePartner, setPartnerDisabled, type AddedPartner } from './partners.ts';
export { startCallbackReceiver, type CallbackReceiver } from './sandbox/callback-receiver.ts';
export { setPartnerFormat } from './formats/format-settings.ts';
export { ApplicationForm } from '../../models/forms/application-form.ts';

/** Partners' applications: the signed API, the partners themselves, and the relay that brings what was accepted to Kafka. */
export const intakeModule: HubModule = {
  name: 'intake',
  routes: intakeRoutes,
  verbs: [...partnerVerbs, ...formatVerbs],
  workers: [intakeRelayWorker, attachmentRelayWorker, callbackWorker],
  conservation: [intakeConservation],
  commandResults: [{ command: applicationDecided, result: callbackCompleted, effects: [CALLBACK_EFFECT], effectOf: () => CALLBACK_EFFECT }],
};
