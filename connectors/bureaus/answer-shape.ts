import { type Static, type TSchema } from '@sinclair/typebox';
import { TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler';
import { PoisonError } from '../contract.ts';

/**
 * A reader of genuine answers of one shape; fields the hub does not know are left unread, since a bureau may add some at any time.
 * The reader throws PoisonError ANSWER_FIELD with the field's pointer, never its value.
 */
export function answerShape<Schema extends TSchema>(schema: Schema): (document: unknown) => Static<Schema> {
  const checker = TypeCompiler.Compile(schema);
  return (document) => {
    if (checker.Check(document)) return document;
    const first = checker.Errors(document).First();
    throw answerField(first?.path ?? '', first?.type === ValueErrorType.ObjectRequiredProperty);
  };
}

/** The answer's field is missing, or not what the contract says. */
export function answerField(pointer: string, missing = false): PoisonError {
  return new PoisonError(
    'ANSWER_FIELD',
    `the answer’s field ${pointer || '/'} is ${missing ? 'missing' : 'not what the contract says'}`,
    { details: { pointer } },
  );
}

/** Throws PoisonError ANSWER_MISMATCH when the answer is to another enquiry than the one asked. */
export function assertAnswers(answered: string, asked: string): void {
  if (answered !== asked) throw new PoisonError('ANSWER_MISMATCH', 'the answer is to another enquiry');
}

/** A genuine document as JSON. Throws PoisonError ANSWER_NOT_JSON. */
export function genuineJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PoisonError('ANSWER_NOT_JSON', 'the bureau signed an answer that is not JSON');
  }
}
