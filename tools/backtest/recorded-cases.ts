import type { PoolClient } from 'pg';
import type { ReviewCase } from '../../models/state/review-case.ts';

/** Small enough that the next page waits in the connection’s buffers while one is worked on. */
const PAGE = 1_000;
/** How a state begins: with the case's id, status and business date. */
const DATE = '"businessDate":"';

/**
 * The cases of a span of business dates (`YYYY-MM-DD`, both included) as the review keeps them, in pages in the order of their ids; memory holds two
 * pages. The next page is fetched while one is worked on. Give it a transaction of its own: all pages are then of one moment.
 * The span is looked for in the text here: that costs a tenth of what it costs the database, which would also give up the order of its index.
 */
export async function* recordedCases(
  client: PoolClient,
  { from, to }: { from: string; to: string },
): AsyncGenerator<ReviewCase[]> {
  const fetch = (after: string): Promise<{ rows: { key: string; state: string }[] }> =>
    client.query({
      name: 'recorded-cases',
      text: `select key, state from state.review where key > $1 order by key limit ${PAGE}`,
      values: [after],
    });
  let page = fetch('');
  for (;;) {
    const { rows } = await page;
    const last = rows.at(-1);
    if (last === undefined) return;
    page = fetch(last.key);
    // Awaited in the next turn; a failure before that must not count as unhandled.
    page.catch(() => undefined);
    yield rows.flatMap(({ state }) => {
      const at = state.indexOf(DATE) + DATE.length;
      const date = state.slice(at, at + 10);
      return date >= from && date <= to ? [JSON.parse(state) as ReviewCase] : [];
    });
  }
}
