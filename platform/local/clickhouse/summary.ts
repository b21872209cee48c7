/** What X-ClickHouse-Summary tells. What the embedded engine does not report is left out, not invented. */
export interface Summary {
  elapsedNs: bigint;
  read?: { rows: number; bytes: number } | null;
  written?: { rows: number; bytes: number };
  result?: number;
}

/** The value of X-ClickHouse-Summary: JSON with every number as a string, as the server writes it. */
export function summaryHeader(summary: Summary): string {
  const { read, written, result } = summary;
  return JSON.stringify({
    ...(read ? { read_rows: String(read.rows), read_bytes: String(read.bytes) } : {}),
    written_rows: String(written?.rows ?? 0),
    written_bytes: String(written?.bytes ?? 0),
    ...(result === undefined ? {} : { result_rows: String(result) }),
    elapsed_ns: String(summary.elapsedNs),
  });
}
