import type { FastifyRequest } from 'fastify';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import type { Privacy } from '../../../platform/storage/privacy/index.ts';
import type { AcceptanceQueue } from './single/acceptance-queue.ts';
import type { Acceptor, PendingApplication } from './single/acceptor.ts';
import type { FormatDirectory } from '../formats/format-directory.ts';
import type { IntakeMetrics } from './intake-metrics.ts';
import type { PartnerDirectory } from '../partners/partner-directory.ts';
import type { PartnerGate, Signed } from '../partners/partner-gate.ts';
import type { ValidApplication } from './single/validate-application.ts';

/** What single applications, files of them and attachments have in common. */
export interface IntakeDeps {
  readonly context: HubContext;
  readonly privacy: Privacy;
  readonly directory: PartnerDirectory;
  readonly gate: PartnerGate;
  readonly queue: AcceptanceQueue;
  /** Rows of files are stored beside the queue, so that they take no place of single applications. */
  readonly acceptor: Acceptor;
  readonly formats: FormatDirectory;
  readonly metrics: IntakeMetrics;
  /** Uses up the nonce of an admitted request. Throws HttpError 401 when it was used before or the partner is disabled, 503. */
  useNonce(signed: Signed): Promise<void>;
  /** A valid application, with its id, its digest and its persons. */
  pending(
    content: ValidApplication,
    of: { partnerId: string; channel: 'api' | 'batch'; raw: Buffer; receivedAtMs: number } & Pick<
      FastifyRequest,
      'traceparent'
    >,
  ): PendingApplication;
}
