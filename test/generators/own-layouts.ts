import type { ApplicationBody } from './application.ts';
import { toGbk } from './gbk.ts';
import { generateApplications, type GeneratedRequest, type GeneratorOptions } from './index.ts';
import { asDealerWest, asUsedCarsDirect, csvText, DIRECT_COLUMNS } from './partner-layouts.ts';
import { DEALER_WEST, USED_CARS_DIRECT } from './partners.ts';

type Options = Pick<GeneratorOptions, 'seed' | 'count' | 'now' | 'scoreOf'>;

/** Flaws are put in the partner's own words, one in so many. */
const FLAWED_EVERY = 20;

/** Requests of the sample partner dealer-west in its own JSON; now and then a code or an amount that its format does not know. */
export function* dealerWestRequests(options: Options): Generator<GeneratedRequest> {
  let n = 0;
  for (const request of generateApplications({
    ...options,
    partners: [DEALER_WEST],
    shares: { flawed: 0, duplicate: 0 },
  })) {
    const document = asDealerWest(JSON.parse(request.body) as ApplicationBody) as {
      产品代码: string;
      融资: Record<string, unknown>;
    };
    const isFlawed = request.expectation.kind === 'accepted' && !request.loseAnswer && ++n % FLAWED_EVERY === 0;
    if (!isFlawed) {
      yield { ...request, body: JSON.stringify(document) };
      continue;
    }
    // Another number, so that repeats of the sound one stay repeats.
    const partnerOrderNo = `${request.partnerOrderNo}-X`;
    const unknownCode = n % (2 * FLAWED_EVERY) === 0;
    const spoilt = unknownCode
      ? { ...document, 订单号: partnerOrderNo, 产品代码: 'XC-??' }
      : { ...document, 订单号: partnerOrderNo, 融资: { ...document.融资, 贷款金额: '拾万元整' } };
    const refusal = unknownCode
      ? { pointer: '/product', code: 'NOT_IN_CODE_LIST' }
      : { pointer: '/request/amountFen', code: 'NOT_A_NUMBER' };
    yield { ...request, body: JSON.stringify(document) };
    yield {
      partnerId: request.partnerId,
      partnerOrderNo,
      body: JSON.stringify(spoilt),
      expectation: { kind: 'refused', flaw: unknownCode ? 'code-unknown' : 'amount-in-words', ...refusal },
      loseAnswer: false,
    };
  }
}

/** A file of the sample partner used-cars-direct, and what must become of each row. */
export interface GeneratedFile {
  partnerId: string;
  /** CSV in GBK. */
  bytes: Buffer;
  contentType: string;
  rows: { partnerOrderNo: string; expected: 'accepted' | 'duplicate' | { column: string; code: string } }[];
}

/** A file of so many applications in GBK; now and then a row that is refused, and the last one repeats the first. */
export function usedCarsDirectFile(options: Options): GeneratedFile {
  const rows: GeneratedFile['rows'] = [];
  const lines: string[][] = [];
  for (const { body } of generateApplications({
    ...options,
    partners: [USED_CARS_DIRECT],
    shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
  })) {
    const application = JSON.parse(body) as ApplicationBody;
    const line = asUsedCarsDirect(application);
    const column =
      lines.length % FLAWED_EVERY === FLAWED_EVERY - 1
        ? lines.length % (2 * FLAWED_EVERY) === FLAWED_EVERY - 1
          ? '业务品种'
          : '身份证号'
        : undefined;
    if (column !== undefined) line[DIRECT_COLUMNS.indexOf(column)] = column === '业务品种' ? '99' : '421022';
    lines.push(line);
    rows.push({
      partnerOrderNo: application.partnerOrderNo,
      expected:
        column === undefined
          ? 'accepted'
          : { column, code: column === '业务品种' ? 'NOT_IN_CODE_LIST' : 'RESIDENT_ID_LENGTH' },
    });
  }
  if (lines.length > 1) {
    lines.push(lines[0]!);
    rows.push({ partnerOrderNo: rows[0]!.partnerOrderNo, expected: 'duplicate' });
  }
  return {
    partnerId: USED_CARS_DIRECT.partnerId,
    bytes: toGbk(csvText([DIRECT_COLUMNS, ...lines])),
    contentType: 'text/csv; charset=gbk',
    rows,
  };
}
