import { request } from 'undici';
import { signedRequest } from '../generators/index.ts';
import type { GeneratedFile } from '../generators/own-layouts.ts';
import type { SentApplication } from './load-client.ts';

export interface FileResult {
  rows: number;
  accepted: SentApplication[];
  duplicates: number;
  /** Refused rows by the code of their first error. */
  refusals: Map<string, number>;
  /** Answers that are not what the rows call for; empty when all is well. */
  surprises: string[];
  seconds: number;
}

interface RowAnswer {
  row: number;
  status: string;
  applicationId?: string;
  errors?: { column?: string; code: string }[];
}

/** Sends a generated file as its partner does, and checks the answer of each row against what the generator says it must be. */
export async function sendFile(file: GeneratedFile, to: { url: string; secret: string }): Promise<FileResult> {
  const path = '/v1/applications/batch';
  const since = performance.now();
  const { headers } = signedRequest({
    method: 'POST',
    path,
    body: file.bytes,
    appId: file.partnerId,
    secret: to.secret,
  });
  const answer = await request(`${to.url}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': file.contentType },
    body: file.bytes,
  });
  const text = await answer.body.text();
  const result: FileResult = {
    rows: file.rows.length,
    accepted: [],
    duplicates: 0,
    refusals: new Map(),
    surprises: [],
    seconds: (performance.now() - since) / 1_000,
  };
  if (answer.statusCode !== 200)
    return { ...result, surprises: [`the file of ${file.partnerId}: ${answer.statusCode} ${text.slice(0, 300)}`] };
  const { rows, summary } = JSON.parse(text) as { rows: RowAnswer[]; summary: { complete: boolean } };
  if (!summary.complete || rows.length !== file.rows.length)
    result.surprises.push(
      `the file of ${file.partnerId}: ${rows.length} of ${file.rows.length} rows: ${JSON.stringify(summary)}`,
    );
  for (const { row, status, applicationId, errors } of rows) {
    const { partnerOrderNo, expected } = file.rows[row - 1]!;
    const isExpected =
      typeof expected === 'string'
        ? status === expected
        : status === 'refused' && errors?.[0]?.code === expected.code && errors[0].column === expected.column;
    if (!isExpected)
      result.surprises.push(
        `${file.partnerId} row ${row}: ${status} ${JSON.stringify(errors)} although ${JSON.stringify(expected)}`,
      );
    if (status === 'accepted')
      result.accepted.push({ partnerId: file.partnerId, partnerOrderNo, applicationId: applicationId! });
    else if (status === 'duplicate') result.duplicates += 1;
    else result.refusals.set(errors?.[0]?.code ?? status, (result.refusals.get(errors?.[0]?.code ?? status) ?? 0) + 1);
  }
  return result;
}
