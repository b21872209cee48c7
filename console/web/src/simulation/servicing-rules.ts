import type { ServicingForm } from './simulation-api.ts';

/** The rules as the form has them. */
export interface ServicingFields {
  penalty: 'as-priced' | 'none' | 'own';
  penaltyInterest?: NonNullable<ServicingForm['penaltyInterest']>;
  prepaymentFee: 'as-priced' | 'none' | 'own';
  prepaymentFeeRate?: string;
  allocation?: { direction?: 'HORIZONTAL' | 'VERTICAL' | 'as-priced' };
}

/** A rule is as the product or the default has it, there is none, or it is entered here. */
export const CHOICES = ['as-priced', 'none', 'own'] as const;
export const choiceOf = (value: unknown): ServicingFields['penalty'] =>
  value === undefined ? 'as-priced' : value === null ? 'none' : 'own';

/** The rules as entered over those that were there; what the form does not show stays as it came with a file. */
export function servicingOf(
  before: ServicingForm | undefined,
  { penalty, penaltyInterest, prepaymentFee, prepaymentFeeRate, allocation }: ServicingFields,
): ServicingForm {
  const { penaltyInterest: _penalty, prepaymentFeeRate: _fee, allocation: old, ...others } = before ?? {};
  const { direction: _direction, ...order } = old ?? {};
  const direction = allocation?.direction;
  const allocated = { ...order, ...(direction === undefined || direction === 'as-priced' ? {} : { direction }) };
  return {
    ...others,
    ...(penalty === 'as-priced' ? {} : { penaltyInterest: penalty === 'none' ? null : penaltyInterest }),
    ...(prepaymentFee === 'as-priced'
      ? {}
      : { prepaymentFeeRate: prepaymentFee === 'none' ? null : prepaymentFeeRate }),
    ...(Object.keys(allocated).length === 0 ? {} : { allocation: allocated }),
  };
}
