import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { ClickHouseClient } from '@clickhouse/client';
import { selectRows } from '../../platform/storage/clickhouse/index.ts';

export interface Progress {
  accepted: number;
  decided: number;
  visible: number;
}

/** How far the accepted applications have come: decided in Postgres, visible with their decision in ClickHouse. */
export async function progressOf({
  postgres,
  clickhouse,
}: {
  postgres: Pool;
  clickhouse: ClickHouseClient;
}): Promise<Progress> {
  const { rows } = await postgres.query<{ accepted: string; decided: string }>(
    `SELECT (SELECT count(*) FROM intake.accepted) AS accepted, (SELECT count(*) FROM state.review WHERE state::jsonb ->> 'status' IN ('APPROVED', 'REFERRED', 'DECLINED')) AS decided`,
  );
  const [visible] = await selectRows<{ n: number }>(
    clickhouse,
    'SELECT uniqExact(application_id) AS n FROM raw_review_application_decided',
  );
  return { accepted: Number(rows[0]!.accepted), decided: Number(rows[0]!.decided), visible: visible!.n };
}

/** Waits until every accepted application is decided and visible. Throws with how far it came when `deadlineMs` has passed. */
export async function untilSettled(
  servers: { postgres: Pool; clickhouse: ClickHouseClient },
  deadlineMs: number,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<Progress> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let progress: Progress | undefined;
    try {
      progress = await progressOf(servers);
      onProgress(progress);
      if (progress.accepted === progress.decided && progress.decided === progress.visible) return progress;
    } catch (error) {
      // A server that is just being started again is asked once more; one that stays away fails the deadline.
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`not settled: ${JSON.stringify(progress)}`);
    await sleep(500);
  }
}
