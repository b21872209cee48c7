const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /^(JSON|JSONStrings|JSONColumns|JSONColumnsWithMetadata|JSONCompact|JSONCompactStrings|JSONCompactColumns|JSONObjectEachRow|JSONEachRow|JSONLines|NDJSON|JSONStringsEachRow|JSONCompact(Strings)?EachRow.*|JSON(Strings)?EachRowWithProgress)$/,
    'application/json; charset=UTF-8',
  ],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^(TSV|TabSeparated)/, 'text/tab-separated-values; charset=UTF-8'],
  [
    /^(Pretty|Vertical|Values|SQLInsert|Template|CustomSeparated|Null|Raw|LineAsString|Markdown|Prometheus|Hash|XML)/,
    'text/plain; charset=UTF-8',
  ],
];

/** The Content-Type a ClickHouse server sends for an output format: binary formats are application/octet-stream. */
export function contentTypeOf(format: string): string {
  if (format === 'XML') return 'application/xml; charset=UTF-8';
  if (format === 'CSVWithNames' || format === 'CSVWithNamesAndTypes') return 'text/csv; charset=UTF-8; header=present';
  return CONTENT_TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? 'application/octet-stream';
}
