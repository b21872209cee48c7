import type { Problem } from '../../../../platform/edge/http/index.ts';
import type { RowResult } from './accept-rows.ts';

/** What became of the file. `complete`: every row was told of; else `problem` says why not, and the file is to be sent again. */
export interface BatchSummary {
  rows: number;
  accepted: number;
  duplicate: number;
  refused: number;
  unknown: number;
  complete: boolean;
  problem?: Problem;
}

/** Writes the answer as it comes to be: `begin`, then rows, then the summary. */
export interface AnswerWriter {
  contentType: string;
  begin(): string;
  rows(results: readonly RowResult[]): string;
  end(summary: BatchSummary): string;
}

/** The writer for an Accept header: NDJSON or CSV where they are asked for, one JSON document otherwise. */
export function answerWriter(accept: string | undefined): AnswerWriter {
  const wanted = (accept ?? '').toLowerCase();
  if (wanted.includes('application/x-ndjson')) return ndjson();
  return wanted.includes('text/csv') ? csv() : json();
}

function json(): AnswerWriter {
  let first = true;
  return {
    contentType: 'application/json; charset=utf-8',
    begin: () => '{"rows":[',
    rows: (results) => {
      let text = '';
      for (const result of results) {
        text += (first ? '\n' : ',\n') + JSON.stringify(result);
        first = false;
      }
      return text;
    },
    end: (summary) => `\n],"summary":${JSON.stringify(summary)}}\n`,
  };
}

function ndjson(): AnswerWriter {
  return {
    contentType: 'application/x-ndjson; charset=utf-8',
    begin: () => '',
    rows: (results) => results.map((result) => `${JSON.stringify(result)}\n`).join(''),
    end: (summary) => `${JSON.stringify({ summary })}\n`,
  };
}

/** A line for each row, and one for each error of a refused one; the last line, without a row, is the summary. With a byte order mark, for spreadsheets. */
function csv(): AnswerWriter {
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `${cells.map((cell) => csvCell(cell === undefined ? '' : String(cell))).join(',')}\r\n`;
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    begin: () =>
      `\uFEFF${line(['row', 'status', 'partnerOrderNo', 'applicationId', 'column', 'pointer', 'code', 'detail'])}`,
    rows: (results) =>
      results
        .flatMap(({ row, status, partnerOrderNo, applicationId, errors }) =>
          (errors ?? [undefined]).map((error) =>
            line([
              row,
              status,
              partnerOrderNo,
              applicationId,
              error?.column,
              error?.pointer,
              error?.code,
              error?.detail,
            ]),
          ),
        )
        .join(''),
    end: ({ rows, accepted, duplicate, refused, unknown, complete, problem }) =>
      line([
        '',
        complete ? 'complete' : 'incomplete',
        '',
        '',
        '',
        '',
        problem?.type,
        `rows ${rows}, accepted ${accepted}, duplicate ${duplicate}, refused ${refused}, unknown ${unknown}${problem === undefined ? '' : `: ${problem.detail}`}`,
      ]),
  };
}

/** A cell that no spreadsheet takes for a formula, whatever the partner's order numbers look like. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
