const MILLION = 1_000_000n;

/** A decimal string of at most six decimals in millionths. */
function millionths(decimal: string): bigint {
  const [whole = '0', decimals = ''] = decimal.split('.');
  return BigInt(whole) * MILLION + BigInt(decimals.padEnd(6, '0').slice(0, 6));
}

/**
 * Expected loss in fen over the life of a loan: amount × probability of default × loss given default, exact, rounded half up (docs/domain.md §3, without
 * discounting). The latter two are decimal strings of at most six decimals.
 */
export function expectedLossFen(amountFen: number, probabilityOfDefault: string, lossGivenDefault: string): number {
  const whole = MILLION * MILLION;
  return Number(
    (2n * BigInt(amountFen) * millionths(probabilityOfDefault) * millionths(lossGivenDefault) + whole) / (2n * whole),
  );
}
