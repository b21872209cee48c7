import { type Static, Type } from '@sinclair/typebox';
import { Fen } from '../events/fields.ts';
import { repeated } from './check-review-policy.ts';
import type { PolicyFlaw } from './policy-flaw.ts';

const strict = { additionalProperties: false } as const;

/**
 * Terms of the credit bureaus: how long a report stays good, and the price list. Dated like every policy: a call costs what is in
 * force on the business date of the bureau's answer. A bureau that is not in the list is not in use.
 */
export const BureausPolicy = Type.Object(
  {
    bureaus: Type.Array(
      Type.Object(
        {
          bureau: Type.String({
            minLength: 1,
            maxLength: 64,
            description: 'as `bureau` in events: pboc, scoring, fraud',
          }),
          reuseDays: Type.Integer({
            minimum: 0,
            maximum: 365,
            description: 'a report of the same person is used again within so many days; 0: never',
          }),
          pricesFen: Type.Object(
            {
              report: Fen({ description: 'a report, or a look into a list' }),
              noFile: Fen({ description: 'nothing on the person' }),
              rejected: Fen({ description: 'an enquiry the bureau refuses' }),
            },
            strict,
          ),
        },
        strict,
      ),
    ),
  },
  { ...strict, $id: 'policies/bureaus' },
);
export type BureausPolicy = Static<typeof BureausPolicy>;

/** What the schema cannot say: each bureau has one set of terms. Pure. */
export function checkBureausPolicy({ bureaus }: BureausPolicy): PolicyFlaw[] {
  return repeated(bureaus.map(({ bureau }, index) => ({ key: bureau, pointer: `/bureaus/${index}/bureau` })));
}
