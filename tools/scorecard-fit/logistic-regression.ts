/** A fitted logistic regression. */
interface LogisticFit {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** of the intercept, then of each coefficient */
  readonly standardErrors: readonly number[];
  readonly iterations: number;
}

const MOST_ITERATIONS = 50;
const TOLERANCE = 1e-10;

/** 1 / (1 + e^−x) without overflow. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * Maximum likelihood by iteratively reweighted least squares (Newton's method): P(y = 1) = 1 / (1 + e^−(intercept + coefficients · x)). `rows` are
 * the inputs, `outcomes` 0 or 1. Deterministic. Throws Error when it does not converge or the inputs are linearly dependent.
 */
export function fitLogistic(rows: readonly (readonly number[])[], outcomes: readonly number[]): LogisticFit {
  const width = (rows[0]?.length ?? 0) + 1;
  let beta = new Array<number>(width).fill(0);
  for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration += 1) {
    const gradient = new Array<number>(width).fill(0);
    const information = Array.from({ length: width }, () => new Array<number>(width).fill(0));
    rows.forEach((row, n) => {
      const x = [1, ...row];
      const p = logistic(x.reduce((sum, value, i) => sum + value * beta[i]!, 0));
      for (let i = 0; i < width; i += 1) {
        gradient[i]! += x[i]! * (outcomes[n]! - p);
        for (let j = 0; j < width; j += 1) information[i]![j]! += x[i]! * x[j]! * p * (1 - p);
      }
    });
    const covariance = inverse(information);
    const step = covariance.map((line) => line.reduce((sum, value, i) => sum + value * gradient[i]!, 0));
    beta = beta.map((value, i) => value + step[i]!);
    if (Math.max(...step.map(Math.abs)) < TOLERANCE) {
      return {
        intercept: beta[0]!,
        coefficients: beta.slice(1),
        standardErrors: covariance.map((line, i) => Math.sqrt(line[i]!)),
        iterations: iteration,
      };
    }
  }
  throw new Error(`logistic regression did not converge in ${MOST_ITERATIONS} iterations`);
}

/** Inverse of a small symmetric positive definite matrix, by Gauss–Jordan elimination with row pivots. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((line, i) => [...line, ...Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let line = column + 1; line < size; line += 1)
      if (Math.abs(work[line]![column]!) > Math.abs(work[pivot]![column]!)) pivot = line;
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    const head = work[column]![column]!;
    if (Math.abs(head) < 1e-12) throw new Error('the inputs of the logistic regression are linearly dependent');
    work[column] = work[column]!.map((value) => value / head);
    for (let line = 0; line < size; line += 1) {
      if (line === column) continue;
      const factor = work[line]![column]!;
      if (factor !== 0) work[line] = work[line]!.map((value, j) => value - factor * work[column]![j]!);
    }
  }
  return work.map((line) => line.slice(size));
}
