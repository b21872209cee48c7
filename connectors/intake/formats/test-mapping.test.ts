import { describe, expect, it } from '@jest/globals';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_FORMATS } from '../../../models/forms/samples/index.ts';
import { DEFAULT_PARTNERS, generateApplications, type ApplicationBody } from '../../../test/generators/index.ts';
import { toGbk } from '../../../test/generators/gbk.ts';
import { asDealerWest, asUsedCarsDirect, csvText, DIRECT_COLUMNS } from '../../../test/generators/partner-layouts.ts';
import { testMapping } from './test-mapping.ts';

const nowMs = Date.parse('2026-11-20T12:00:00+08:00');
const [body] = [
  ...generateApplications({
    seed: 3,
    count: 1,
    now: nowMs,
    partners: DEFAULT_PARTNERS,
    shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
  }),
].map((request) => JSON.parse(request.body) as ApplicationBody) as [ApplicationBody];
const options = { encoding: 'gbk', most: 20, plain: false, nowMs } as const;
const file = async function* (row: readonly string[]): AsyncGenerator<Uint8Array> {
  yield toGbk(csvText([DIRECT_COLUMNS, row]));
};

describe('a tested mapping', () => {
  it('finds nothing wrong with the samples that lie beside the sample formats', async () => {
    const folder = join(process.cwd(), 'models', 'forms', 'samples');
    const records = [
      ...(await testMapping(
        SAMPLE_FORMATS['dealer-west'],
        readFileSync(join(folder, 'dealer-west.sample.json')),
        options,
      )),
      ...(await testMapping(
        SAMPLE_FORMATS['used-cars-direct'],
        createReadStream(join(folder, 'used-cars-direct.sample.csv')),
        options,
      )),
    ];
    expect(records.map(({ record, errors }) => [record, errors])).toEqual(
      ['document 1', 'document 2', 'document 3', 'row 1', 'row 2', 'row 3', 'row 4'].map((record) => [record, []]),
    );
  });

  it('shows the form with personal data masked, plain only when asked', async () => {
    for (const records of [
      await testMapping(SAMPLE_FORMATS['dealer-west'], Buffer.from(JSON.stringify([asDealerWest(body)])), options),
      await testMapping(SAMPLE_FORMATS['used-cars-direct'], file(asUsedCarsDirect(body)), options),
    ]) {
      expect(records).toMatchObject([
        { errors: [], form: { partnerOrderNo: body.partnerOrderNo, request: { amountFen: body.request.amountFen } } },
      ]);
      const text = JSON.stringify(records);
      for (const secret of [
        body.applicant.name,
        body.applicant.idNo,
        body.applicant.mobile,
        body.applicant.address.detail!,
        body.bankCard?.no ?? body.applicant.idNo,
      ])
        expect(text).not.toContain(secret);
    }
    const [plain] = await testMapping(SAMPLE_FORMATS['used-cars-direct'], file(asUsedCarsDirect(body)), {
      ...options,
      plain: true,
    });
    expect(plain).toMatchObject({ form: { applicant: { name: body.applicant.name, idNo: body.applicant.idNo } } });
  });

  it('shows every error, and of a wrong number nothing', async () => {
    const row = asUsedCarsDirect(body);
    row[DIRECT_COLUMNS.indexOf('身份证号')] = '1101051949';
    row[DIRECT_COLUMNS.indexOf('贷款金额(元)')] = '十四万';
    const [record] = await testMapping(SAMPLE_FORMATS['used-cars-direct'], file(row), options);
    expect(record!.errors.map(({ source, pointer, code }) => [source, pointer, code])).toEqual([
      ['贷款金额(元)', '/request/amountFen', 'NOT_A_NUMBER'],
    ]);
    expect(JSON.stringify(record)).not.toContain('1101051949');
  });
});
