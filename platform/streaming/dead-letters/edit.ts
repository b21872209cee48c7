import type { EventDefinition } from '../../../models/events/index.ts';
import { InvalidInputError, type FieldError } from '../../kernel/errors.ts';
import { dataOf, UndecodableEventError } from '../kafka/index.ts';
import { readConserved } from './conserved.ts';

/**
 * Refuses an edited value that must not be replayed, naming each field (pointers begin with /value): it has to be a valid event of
 * its topic, of the same key (else it would overtake events of its own key on another partition), and of the same business date and
 * money where the original tells them: what was accepted stays accepted, to the fen.
 */
export function refuseInvalidEdit(
  definition: EventDefinition | undefined,
  original: { topic: string; key: Buffer | null; value: Buffer | null },
  edited: Buffer,
): void {
  if (definition === undefined)
    throw refused([
      { pointer: '/value', code: 'EVENT_UNKNOWN_TYPE', detail: `the hub knows no event on ${original.topic}` },
    ]);
  const data = validData(definition, edited);
  const errors: FieldError[] = [];
  if (original.key !== null && definition.key(data) !== original.key.toString('utf8'))
    errors.push({ pointer: '/value', code: 'KEY_CHANGED', detail: 'an edit must leave the key of the event as it is' });
  const before = readConserved(definition, original.value);
  if (before !== undefined) {
    const { paths } = definition.conservation;
    if (definition.conservation.day(data) !== before.day)
      errors.push({
        pointer: pointerOf(paths.day),
        code: 'CONSERVED',
        detail: `the business date must stay ${before.day}`,
      });
    if (definition.conservation.amountFen(data) !== before.amountFen)
      errors.push({
        pointer: pointerOf(paths.amountFen),
        code: 'CONSERVED',
        detail: `the amount must stay ${before.amountFen}`,
      });
  }
  if (errors.length > 0) throw refused(errors);
}

function validData(definition: EventDefinition, edited: Buffer): Record<string, unknown> {
  try {
    return dataOf(definition, { value: edited });
  } catch (error) {
    if (!(error instanceof UndecodableEventError)) throw error;
    const places = (error.details.errors ?? [{ pointer: '', keyword: error.code }]) as {
      pointer: string;
      keyword: string;
    }[];
    throw refused(
      places.map(({ pointer, keyword }) => ({
        pointer: `/value${pointer}`,
        code: keyword.toUpperCase(),
        detail: error.message,
      })),
    );
  }
}

function pointerOf(path: string): string {
  return `/value/${path.replaceAll('.', '/')}`;
}

function refused(errors: FieldError[]): InvalidInputError {
  return new InvalidInputError('The edited value cannot be replayed', errors);
}
