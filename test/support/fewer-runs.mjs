// Stands in for fast-check under `npm run test:unit`: each property runs a share of its runs (PROPERTY_RUNS, default all), so that the unit tests
// answer within a minute. `npm test` runs them all.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const share = Number(process.env.PROPERTY_RUNS ?? 1);
const DEFAULT_RUNS = 100;

export default {
  ...fc,
  assert: (property, parameters = {}) =>
    fc.assert(property, {
      ...parameters,
      numRuns: Math.max(10, Math.round((parameters.numRuns ?? DEFAULT_RUNS) * share)),
    }),
};
