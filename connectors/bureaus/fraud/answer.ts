import { Type } from '@sinclair/typebox';
import type { FraudListing } from '../../../models/events/index.ts';
import { isBusinessDate } from '../../../models/reference/dates.ts';
import { answerField, answerShape, assertAnswers } from '../answer-shape.ts';
import { type BureauAnswer, NOTHING_KNOWN } from '../bureau.ts';

/** Reasons of the list as the hub calls them; one it does not know keeps its code. */
const CATEGORY: Readonly<Record<string, string>> = {
  R01: 'forged-documents',
  R02: 'identity-fraud',
  R03: 'organised-fraud',
  R04: 'loan-default',
  R05: 'court-defaulter',
};
/** Grades: A confirmed by evidence, B and C suspected. */
const LEVEL = { A: 'confirmed', B: 'suspected', C: 'suspected' } as const;

const read = answerShape(
  Type.Object({
    biz_id: Type.String(),
    query_no: Type.String({ minLength: 1, maxLength: 64 }),
    query_time: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$' }),
    fee: Type.String({ pattern: '^\\d{1,6}\\.\\d{2}$' }),
    records: Type.Array(
      Type.Object({
        list: Type.String({ minLength: 1, maxLength: 32 }),
        reason: Type.String({ minLength: 1, maxLength: 32 }),
        grade: Type.Union([Type.Literal('A'), Type.Literal('B'), Type.Literal('C')]),
        date: Type.String({ pattern: '^\\d{8}$' }),
      }),
    ),
  }),
);

/** Reads the decrypted data of a genuine answer: a look into the list is a report, also when the person is on none. Throws PoisonError. */
export function readListing(document: unknown, requestId: string): BureauAnswer {
  const { biz_id, query_no, query_time, fee, records } = read(document);
  assertAnswers(biz_id, requestId);
  const answeredAt = `${query_time.replace(' ', 'T')}+08:00`;
  if (Number.isNaN(Date.parse(answeredAt))) throw answerField('/query_time');
  const hits = records.map(({ list, reason, grade, date }, index) => {
    const listedOn = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
    if (!isBusinessDate(listedOn)) throw answerField(`/records/${index}/date`);
    return { list, category: CATEGORY[reason] ?? reason, level: LEVEL[grade], listedOn };
  });
  return {
    ...NOTHING_KNOWN,
    outcome: 'report',
    reportNo: query_no,
    listing: { level: worstOf(hits), hits },
    chargedFen: fenOf(fee),
    answeredAt,
  };
}

function worstOf(hits: readonly { level: 'suspected' | 'confirmed' }[]): FraudListing['level'] {
  if (hits.some(({ level }) => level === 'confirmed')) return 'confirmed';
  return hits.length > 0 ? 'suspected' : 'none';
}

/** `12.50` yuan in fen, without a detour over floating point. */
function fenOf(yuan: string): number {
  return Number(yuan.replace('.', ''));
}
