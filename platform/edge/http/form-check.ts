import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from '@sinclair/typebox';
import { InvalidInputError } from '../../kernel/errors.ts';
import { fieldErrorOf } from './problem-of-error.ts';

/** A check of a body against a schema; it throws InvalidInputError naming every field that is wrong, unknown ones too. */
export function formCheck(schema: TSchema): (body: unknown) => void {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv, { mode: 'full', formats: ['date', 'date-time'] });
  const validate = ajv.compile(schema);
  return (body) => {
    if (validate(body)) return;
    throw new InvalidInputError(
      'The request is not valid',
      (validate.errors ?? []).map((error) => {
        const { allowedValues } = error.params as { allowedValues?: readonly unknown[] };
        const base = fieldErrorOf(error as Parameters<typeof fieldErrorOf>[0], undefined);
        return allowedValues === undefined
          ? base
          : { ...base, detail: `must be one of ${allowedValues.filter((value) => value !== null).join(', ')}` };
      }),
    );
  };
}
