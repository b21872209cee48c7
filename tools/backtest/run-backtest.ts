import type { Pool } from 'pg';
import type { ReviewPolicy } from '../../models/policies/index.ts';
import type { ReviewCase } from '../../models/state/review-case.ts';
import { inTransaction } from '../../platform/storage/postgres/index.ts';
import { rulesOf } from '../../pipelines/review/decide.ts';
import { Comparison, type ComparisonReport, ruledDecision } from './comparison.ts';
import { recordedCases } from './recorded-cases.ts';
import { type KnownCase, replay } from './replay.ts';

export interface BacktestRequest {
  /** the candidate; `live`: for each case the version it began under */
  readonly candidate: ReviewPolicy | 'live';
  /** business dates, both included */
  readonly from: string;
  readonly to: string;
  /** at most so many changed cases in the report */
  readonly mostCases: number;
  /** every version of the review policy by its name in decisions */
  readonly versions: ReadonlyMap<string, ReviewPolicy>;
  progress?(cases: number): void;
}

export interface BacktestReport extends ComparisonReport {
  /** still without a decision: left out */
  undecided: number;
  /** `live` only: decided under a version that is not known any more, left out */
  versionUnknown: number;
}

/** Adds one case to a comparison; says why it was left out, if it was. Pure but for the comparison. */
export function addCase(
  comparison: Comparison,
  known: ReviewCase,
  { candidate, versions }: Pick<BacktestRequest, 'candidate' | 'versions'>,
): 'compared' | 'undecided' | 'version-unknown' {
  const recorded = ruledDecision(known);
  if (recorded === null || !isKnown(known)) return 'undecided';
  const then = versions.get(known.policyVersion);
  const policy = candidate === 'live' ? then : candidate;
  if (policy === undefined) return 'version-unknown';
  const rules = rulesOf(policy, known);
  const scale = rules.rules.scorecard ?? (then === undefined ? undefined : rulesOf(then, known).rules.scorecard);
  comparison.add(known, recorded, replay(known, rules), scale);
  return 'compared';
}

/** Runs a candidate over the recorded cases in one read-only transaction: no state, no topic and no table is touched. */
export async function runBacktest(pool: Pool, request: BacktestRequest): Promise<BacktestReport> {
  return inTransaction(
    pool,
    async (client) => {
      await client.query('set transaction read only');
      const comparison = new Comparison(request.mostCases);
      const leftOut = { undecided: 0, versionUnknown: 0 };
      let seen = 0;
      for await (const page of recordedCases(client, request)) {
        for (const known of page) {
          const added = addCase(comparison, known, request);
          if (added === 'undecided') leftOut.undecided += 1;
          else if (added === 'version-unknown') leftOut.versionUnknown += 1;
        }
        request.progress?.((seen += page.length));
      }
      return { ...comparison.report(), ...leftOut };
    },
    { isolation: 'REPEATABLE READ', attempts: 1 },
  );
}

function isKnown(known: ReviewCase): known is KnownCase {
  return known.application !== null && known.match !== null;
}
