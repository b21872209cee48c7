import { describe, expect, it } from '@jest/globals';
import { inspectCsv, readCsv } from '../../connectors/intake/api/batch/csv-file.ts';
import { jsonMapping } from '../../connectors/intake/formats/json-format.ts';
import { checkMapped, readJsonApplication } from '../../connectors/intake/formats/read-mapped.ts';
import { SAMPLE_FORMATS } from '../../models/forms/samples/index.ts';
import { dealerWestRequests, usedCarsDirectFile } from './own-layouts.ts';

const NOW = Date.parse('2026-11-20T02:00:00Z');

describe('applications in partners’ own layouts', () => {
  it('are accepted or refused as the generator says: JSON', () => {
    const map = jsonMapping(SAMPLE_FORMATS['dealer-west']);
    const requests = [...dealerWestRequests({ seed: 7, count: 400, now: NOW })];
    expect(requests.filter(({ expectation }) => expectation.kind === 'refused').length).toBeGreaterThan(10);
    for (const { body, expectation } of requests) {
      const check = readJsonApplication(map, Buffer.from(body), NOW);
      if (expectation.kind === 'refused')
        expect(check).toMatchObject({
          ok: false,
          errors: expect.arrayContaining([
            expect.objectContaining({ pointer: expectation.pointer, code: expectation.code }),
          ]),
        });
      else expect(check.ok).toBe(true);
    }
  });

  it('are accepted or refused as the generator says: CSV in GBK', async () => {
    const { bytes, rows } = usedCarsDirectFile({ seed: 7, count: 400, now: NOW });
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    const reading = { format: SAMPLE_FORMATS['used-cars-direct'], encoding: 'gbk' } as const;
    expect(await inspectCsv(pieces(), reading)).toBe(rows.length);
    for await (const read of readCsv(pieces(), reading))
      for (const { row, cells, map } of read) {
        const { expected } = rows[row - 1]!;
        const check = checkMapped(map(cells), NOW);
        if (typeof expected === 'string') expect(check.ok).toBe(true);
        else expect(check).toMatchObject({ ok: false, errors: [{ source: expected.column, code: expected.code }] });
      }
  });
});
