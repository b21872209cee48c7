import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvRows } from './csv-rows.ts';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The rows, or 'refused'. */
async function ours(text: string, size: number): Promise<string[][] | 'refused'> {
  const rows: string[][] = [];
  try {
    const limits = { rows: 1_000, rowBytes: 1_000 };
    for await (const read of csvRows(pieces(Buffer.from(text, 'latin1'), size), { delimiter: ',', limits }))
      rows.push(...read);
  } catch {
    return 'refused';
  }
  return rows;
}

function theirs(text: string): string[][] | 'refused' {
  try {
    return parse(Buffer.from(text, 'latin1'), {
      encoding: 'latin1',
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
    });
  } catch {
    return 'refused';
  }
}

describe('rows of a CSV file', () => {
  it('are those csv-parse finds, in pieces of any size', async () => {
    const part = fc.constantFrom('a', 'b1', ',', ',', '\n', '\r\n', '\r', '"', '""', '"x,y"', ',"q",', '\u00e9\u00ff');
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (parts, size) => {
          const text = `h${parts.join('')}`;
          expect(await ours(text, size)).toEqual(theirs(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});
