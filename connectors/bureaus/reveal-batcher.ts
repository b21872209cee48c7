import { PoisonError, RetriableError } from '../contract.ts';
import type { Privacy, Revealed } from '../../platform/privacy/index.ts';
import type { RevealSubject, ReportCommand } from './bureau-effect.ts';

type Field = 'name' | 'idNo' | 'mobile';
type Opened = Revealed<Field>;

interface Waiting {
  command: ReportCommand;
  resolve(opened: Opened): void;
  reject(error: unknown): void;
}

const AT_ONCE = 200;

/**
 * Opens the subjects of enquiries under their persons' keys, many at once: what is asked for while a batch is on its way goes
 * with the next one, so that keys and the audit record cost two statements per batch, not per call.
 */
export function revealInBatches(privacy: Pick<Privacy, 'reveal'>, actor: string): RevealSubject {
  let waiting: Waiting[] = [];
  let running = false;

  const open = (batch: readonly Waiting[]): Promise<Opened[]> =>
    privacy.reveal(
      { actor, purpose: 'credit-report' },
      batch.map(({ command: { personId, applicationId, subject } }) => ({
        personId,
        reference: applicationId,
        values: { name: subject.name.cipher, idNo: subject.idNo.cipher, mobile: subject.mobile.cipher },
      })),
    );

  const openEach = async (batch: readonly Waiting[]): Promise<void> => {
    for (const one of batch) {
      await open([one]).then(([opened]) => one.resolve(opened!), (error: unknown) => one.reject(asCallError(error)));
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, AT_ONCE);
      waiting = waiting.slice(AT_ONCE);
      try {
        const opened = await open(batch);
        batch.forEach((one, index) => one.resolve(opened[index]!));
      } catch (error) {
        // One unreadable ciphertext fails the batch: found out one by one. Anything else would fail each of them the same way.
        if (isUnreadable(error)) await openEach(batch);
        else for (const one of batch) one.reject(asCallError(error));
      }
    }
    running = false;
  };

  return async (command) => {
    const opened = await new Promise<Opened>((resolve, reject) => {
      waiting.push({ command, resolve, reject });
      if (!running) {
        running = true;
        setImmediate(() => void run());
      }
    });
    if (opened.erased) throw new PoisonError('PERSON_ERASED', 'the person’s key was erased: there is nobody to enquire about');
    return opened.values;
  };
}

function isUnreadable(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'CIPHER_UNREADABLE';
}

/** Ciphertext that does not open never will; every other failure is of Postgres and passes. */
function asCallError(error: unknown): Error {
  if (isUnreadable(error)) return new PoisonError('CIPHER_UNREADABLE', 'the command’s personal data does not open with the person’s key');
  return new RetriableError('KEYS_UNAVAILABLE', 'the keys of persons cannot be read at the moment', { stopsAll: true });
}
