import type { HubModule } from '../../platform/module.ts';
import { partnerVerbs } from './partner-verbs.ts';
import { intakeRelayWorker } from './relay-worker.ts';
import { intakeConservation } from './conservation.ts';
import { intakeRoutes } from './routes.ts';

export { addPartner, listPartners, rotatePartner, setPartnerDisabled } from './partners.ts';
export { HMAC_SCHEME, signatureOf } from './authorization.ts';
export { ApplicationForm } from '../../models/forms/application-form.ts';

/** Partners' applications: the signed API, the partners themselves, and the relay that brings what was accepted to Kafka. */
export const intakeModule: HubModule = { name: 'intake', routes: intakeRoutes, verbs: partnerVerbs, workers: [intakeRelayWorker], conservation: [intakeConservation] };
