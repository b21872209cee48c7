import type { PoolClient } from 'pg';
import type { ReviewCase } from '../../models/state/review-case.ts';

const PAGE = 4_000;

/**
 * The cases of a span of business dates (`YYYY-MM-DD`, both included) as the review keeps them, in pages in the order of their ids; memory holds two
 * pages. The next page is fetched while one is worked on. Give it a transaction of its own: all pages are then of one moment.
 */
export async function* recordedCases(client: PoolClient, { from, to }: { from: string; to: string }): AsyncGenerator<ReviewCase[]> {
  // A case begins with its id, status and business date: the first one in the text is its own.
  const fetch = (after: string): Promise<{ rows: { key: string; state: string }[] }> =>
    client.query({
      name: 'recorded-cases',
      text: `select key, state from state.review where key > $1 and substring(state from '"businessDate":"([0-9-]{10})"') between $2 and $3 order by key limit ${PAGE}`,
      values: [after, from, to],
    });
  let page = fetch('');
  for (;;) {
    const { rows } = await page;
    const last = rows.at(-1);
    if (last === undefined) return;
    page = fetch(last.key);
    // Awaited in the next turn; a failure before that must not count as unhandled.
    page.catch(() => undefined);
    yield rows.map(({ state }) => JSON.parse(state) as ReviewCase);
  }
}
