import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant } from './fields.ts';

/** A document a partner sent to an application: sealed under the keys of its persons, and safe in the archive. */
export const attachmentReceived = defineEvent({
  type: 'intake.attachment-received',
  version: 1,
  title: { zh: '附件已接收', en: 'Attachment received' },
  description: 'A document of an application was accepted from a partner and stored durably in the archive.',
  data: Type.Object({
    attachmentId: Id('the same for the same content of the same kind at the same application'),
    applicationId: Id(),
    personId: Id('the applicant'),
    partnerId: Id(),
    kind: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'what it is, in the partner’s words: id-card, income-proof',
    }),
    mediaType: Type.String({ maxLength: 64 }),
    sizeBytes: Type.Integer({ minimum: 1 }),
    contentDigest: Type.String({
      description: 'HMAC-SHA256 of the content’s SHA-256 under the hub’s matching key, hex',
    }),
    archiveName: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'where the archive keeps it' }),
    receivedAt: Instant(),
    businessDate: BusinessDate(),
    requestedAmountFen: Fen({ description: 'of the application' }),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'requestedAmountFen' },
});
