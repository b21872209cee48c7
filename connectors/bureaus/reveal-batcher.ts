import { PoisonError, RetriableError } from '../contract.ts';
import { MicroBatcher } from '../../platform/kernel/micro-batcher.ts';
import type { Privacy, Revealed } from '../../platform/storage/privacy/index.ts';
import type { RevealSubject, ReportCommand } from './credit-report.ts';

type Opened = Revealed<'name' | 'idNo' | 'mobile'>;

/** Opens the subjects of enquiries under their persons' keys, many at once: keys and the audit record cost two statements per batch. */
export function revealInBatches(privacy: Pick<Privacy, 'reveal'>, actor: string): RevealSubject {
  const open = (batch: readonly ReportCommand[]): Promise<Opened[]> =>
    privacy.reveal(
      { actor, purpose: 'credit-report' },
      batch.map(({ personId, applicationId, subject }) => ({
        personId,
        reference: applicationId,
        values: { name: subject.name.cipher, idNo: subject.idNo.cipher, mobile: subject.mobile.cipher },
      })),
    );

  const openAll = async (batch: readonly ReportCommand[]): Promise<(Opened | Error)[]> => {
    try {
      return await open(batch);
    } catch (error) {
      // One unreadable ciphertext fails the batch: found out one by one. Anything else would fail each of them the same way.
      if (!isUnreadable(error)) throw asCallError(error);
      const results: (Opened | Error)[] = [];
      for (const one of batch) results.push(await open([one]).then(([opened]) => opened!, asCallError));
      return results;
    }
  };
  const batcher = new MicroBatcher({ run: openAll, everyMs: 10 });

  return async (command) => {
    const opened = await batcher.submit(command);
    if (opened.erased) throw personErased();
    return opened.values;
  };
}

/** The person's key is gone: nobody can be asked about them. */
export function personErased(): PoisonError {
  return new PoisonError('PERSON_ERASED', 'the person’s key was erased: there is nobody to enquire about');
}

function isUnreadable(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'CIPHER_UNREADABLE';
}

/** Ciphertext that does not open never will; every other failure is of Postgres and passes. */
function asCallError(error: unknown): Error {
  if (isUnreadable(error))
    return new PoisonError('CIPHER_UNREADABLE', 'the command’s personal data does not open with the person’s key');
  return new RetriableError('KEYS_UNAVAILABLE', 'the keys of persons cannot be read at the moment', {
    opensBreaker: true,
  });
}
