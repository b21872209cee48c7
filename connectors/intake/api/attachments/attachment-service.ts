import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { openArchive, type Archive } from '../../../../platform/storage/archive/index.ts';
import { audit } from '../../../../platform/storage/audit/index.ts';
import { businessDateOf } from '../../../../platform/kernel/clock.ts';
import { HttpError } from '../../../../platform/edge/http/index.ts';
import { derivedEventId } from '../../../../platform/streaming/kafka/derive-id.ts';
import { inTransaction, isConnectionFailure } from '../../../../platform/storage/postgres/index.ts';
import { keepPersonKeys, type PersonKey } from '../../../../platform/storage/privacy/index.ts';
import type { IntakeDeps } from '../deps.ts';
import { openBody } from '../open-body.ts';
import { readWhole, receiveFile } from '../receive-file.ts';
import { Semaphore } from '../../../../platform/kernel/concurrency.ts';
import {
  acceptAttachment,
  applicationOf,
  type AttachedTo,
  type AttachmentEntry,
  attachmentsOf,
  type StoredAttachment,
} from './attachment-store.ts';
import { assertType, declaredType } from './media-type.ts';

/** A scanned contract of many pages; photographs are smaller. */
export const MAX_ATTACHMENT_BYTES = 10 * 1_048_576;
/** Of one application. */
export const MOST_ATTACHMENTS = 50;
/** Contents in memory at once: each is there plain and sealed. */
const AT_ONCE = 4;
const MAX_SEAL_ATTEMPTS = 5;
const KIND = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const EMPTY = Buffer.alloc(0);

/** Attachments of applications: received, listed, given back. */
export class AttachmentService {
  readonly #deps: IntakeDeps;
  readonly #archive: Archive;
  readonly #semaphore = new Semaphore(AT_ONCE);

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#archive = openArchive(deps.context.settings);
  }

  /**
   * Takes one attachment of an application of the partner that signed. Answered only after its content is safe in the archive and its row is
   * committed; the same content of the same kind again is the same attachment. Throws HttpError: 400 (query, empty), 401, 403, 429 (the gate), 404 (no
   * such application), 409 (too many), 410 (a person of it was erased), 413, 415 (type), 503.
   */
  async receive(
    request: FastifyRequest,
    applicationId: string,
  ): Promise<{ created: boolean; attachment: AttachmentEntry }> {
    const declared = declaredType(request.headers['content-type']);
    const kind = kindOf(request.query as Record<string, unknown>);
    const { signed, spool, close } = await receiveFile(this.#deps, request, MAX_ATTACHMENT_BYTES);
    const free = await this.#semaphore.acquire();
    try {
      const content = openBody(signed.key, request.headers, await readWhole(spool));
      if (content.length === 0)
        throw new HttpError(400, 'BODY_EMPTY', 'The body is empty', [
          { pointer: '', code: 'BODY_EMPTY', detail: 'The body is empty' },
        ]);
      assertType(declared, content);
      const application = await this.#application(signed.partnerId, applicationId);
      return await this.#store(application, {
        partnerId: signed.partnerId,
        kind,
        mediaType: declared,
        content,
        traceparent: request.traceparent,
      });
    } finally {
      free();
      await close();
    }
  }

  /** The attachments of an application of the partner that signed. Throws HttpError 401, 403, 404, 429. */
  async list(request: FastifyRequest, applicationId: string): Promise<AttachmentEntry[]> {
    const { partnerId } = await this.#admit(request);
    await this.#application(partnerId, applicationId);
    return (await this.#ofApplication(applicationId)).map(entryOf);
  }

  /** The content of one attachment; that it was read is recorded first. Throws HttpError 401, 403, 404, 410, 429. */
  async read(
    request: FastifyRequest,
    applicationId: string,
    attachmentId: string,
  ): Promise<{ attachment: AttachmentEntry; content: Buffer }> {
    const { partnerId } = await this.#admit(request);
    await this.#application(partnerId, applicationId);
    const found = (await this.#ofApplication(applicationId)).find(
      (attachment) => attachment.attachmentId === attachmentId,
    );
    if (found === undefined) throw notFound('This application has no such attachment');
    const free = await this.#semaphore.acquire();
    try {
      const keys = await this.#keys(found.personIds);
      const sealed = await this.#archive.get(found.archiveName);
      if (sealed === undefined) throw new Error(`the archive has no ${found.archiveName}`);
      await fromDatabase(
        audit(this.#deps.context.postgres, {
          actor: `partner:${partnerId}`,
          action: 'attachment.read',
          subject: found.personIds[0]!,
          before: null,
          after: { applicationId, attachmentId },
        }),
      );
      return { attachment: entryOf(found), content: this.#deps.privacy.open(keys, sealed) };
    } finally {
      free();
    }
  }

  async #admit(request: FastifyRequest): Promise<{ partnerId: string }> {
    const signed = await this.#deps.gate.admit(request, EMPTY);
    await this.#deps.useNonce(signed);
    return signed;
  }

  async #application(partnerId: string, applicationId: string): Promise<AttachedTo> {
    const application = await fromDatabase(applicationOf(this.#deps.context.postgres, partnerId, applicationId));
    if (application === undefined) throw notFound('This partner has no such application');
    return application;
  }

  #ofApplication(applicationId: string): Promise<StoredAttachment[]> {
    return fromDatabase(attachmentsOf(this.#deps.context.postgres, applicationId));
  }

  /** A disk that is full or away is ours to put right; the partner sends it again. */
  async #keep(name: string, sealed: Buffer): Promise<void> {
    try {
      await this.#archive.put(name, sealed);
    } catch (error) {
      this.#deps.context.logger.error({ err: error }, 'an attachment could not be archived');
      throw new HttpError(503, 'ARCHIVE_UNAVAILABLE', 'The attachment could not be stored; it was not accepted', [], {
        'retry-after': '10',
      });
    }
  }

  async #keys(personIds: readonly string[]): Promise<PersonKey[]> {
    const keys = await fromDatabase(this.#deps.privacy.keys.forReading(personIds));
    return personIds.map((personId) => {
      const key = keys.get(personId);
      if (key === undefined)
        throw new HttpError(
          410,
          'PERSON_ERASED',
          'A person of this application was erased, and its documents with him',
          [{ pointer: '/url', code: 'PERSON_ERASED', detail: 'A person of this application was erased' }],
        );
      return key;
    });
  }

  async #store(
    application: AttachedTo,
    received: { partnerId: string; kind: string; mediaType: string; content: Buffer; traceparent: string },
  ): Promise<{ created: boolean; attachment: AttachmentEntry }> {
    const { context, privacy } = this.#deps;
    const { applicationId, personIds, amountFen } = application;
    const { partnerId, kind, mediaType, content, traceparent } = received;
    const digest = createHash('sha256').update(content).digest('hex');
    const contentDigest = privacy.digest('attachment', digest);
    const attachmentId = derivedEventId('intake.attachment', applicationId, kind, contentDigest);
    for (let attempt = 1; attempt <= MAX_SEAL_ATTEMPTS; attempt += 1) {
      const keys = await this.#keys(personIds);
      // Named by content and keys: what is sealed under other keys is something else, and a name is never written over.
      const archiveName = privacy.digest(
        'archive',
        [digest, ...keys.map(({ wrapped }) => wrapped.toString('hex'))].join(' '),
      );
      await this.#keep(archiveName, privacy.sealFor(keys, content));
      const receivedAtMs = context.clock();
      const event = {
        attachmentId,
        applicationId,
        personId: personIds[0]!,
        partnerId,
        kind,
        mediaType,
        sizeBytes: content.length,
        contentDigest,
        archiveName,
        receivedAt: new Date(receivedAtMs).toISOString(),
        businessDate: businessDateOf(receivedAtMs),
        requestedAmountFen: amountFen,
      };
      const outcome = await fromDatabase(
        inTransaction(context.postgres, async (client) => {
          // Erased, and perhaps come back with another key, since the keys were read: what was sealed could never be opened again.
          if ((await keepPersonKeys(client, keys)).length > 0) return 'stale-key';
          return acceptAttachment(client, event, personIds, traceparent, MOST_ATTACHMENTS);
        }),
      );
      if (outcome === 'accepted') return { created: true, attachment: entryOf(event) };
      if (outcome === 'known')
        return {
          created: false,
          attachment: entryOf(
            (await this.#ofApplication(applicationId)).find((attachment) => attachment.attachmentId === attachmentId)!,
          ),
        };
      if (outcome === 'full') throw tooMany();
    }
    throw new HttpError(
      503,
      'CONTENDED',
      'The persons of this application are being changed by others; send it again',
      [],
      { 'retry-after': '1' },
    );
  }
}

/** The database being away is no failure of the request: it may be sent again. */
async function fromDatabase<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    if (!isConnectionFailure(error)) throw error;
    throw new HttpError(503, 'UNAVAILABLE', 'The database does not answer; send it again', [], { 'retry-after': '1' });
  }
}

function entryOf({
  attachmentId,
  kind,
  mediaType,
  sizeBytes,
  receivedAt,
}: AttachmentEntry | StoredAttachment): AttachmentEntry {
  return { attachmentId, kind, mediaType, sizeBytes, receivedAt };
}

function kindOf(query: Record<string, unknown>): string {
  const wrong = (pointer: string, code: string, detail: string): HttpError =>
    new HttpError(400, 'INVALID_QUERY', 'The query is not valid', [{ pointer, code, detail }]);
  for (const name of Object.keys(query))
    if (name !== 'kind') throw wrong(`/query/${name}`, 'UNKNOWN_FIELD', 'is not a known parameter');
  const { kind } = query;
  if (kind === undefined || kind === '')
    throw wrong('/query/kind', 'REQUIRED', 'is required: what the document is, such as id-card');
  if (typeof kind !== 'string') throw wrong('/query/kind', 'DUPLICATE', 'is given twice');
  if (!KIND.test(kind)) throw wrong('/query/kind', 'FORM', 'must be 1 to 64 letters, digits or ._-');
  return kind;
}

function notFound(detail: string): HttpError {
  return new HttpError(404, 'NOT_FOUND', detail, [{ pointer: '/url', code: 'NOT_FOUND', detail }]);
}

function tooMany(): HttpError {
  const detail = `An application has ${MOST_ATTACHMENTS} attachments at most`;
  return new HttpError(409, 'TOO_MANY_ATTACHMENTS', detail, [{ pointer: '/url', code: 'TOO_MANY', detail }]);
}
