import { Type } from '@sinclair/typebox';
import { type BureauAnswer, NOTHING_KNOWN } from '../bureau.ts';
import { answerField, answerShape, assertAnswers } from '../answer-shape.ts';

const Count = Type.Integer({ minimum: 0 });
const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
// What answers and refusals are dated by; checked as a real instant below.
const Instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$' });

const readReport = answerShape(
  Type.Object({
    requestId: Type.String(),
    result: Type.Literal('REPORT'),
    reportNo: Type.String({ minLength: 1, maxLength: 64 }),
    score: Type.Integer({ minimum: 0, maximum: 1_000 }),
    overdue: Type.Object({ currentDpd: Count, maxDpd24m: Count, count24m: Count }),
    debt: Type.Object({ openAccounts: Count, balanceFen: Fen, monthlyPaymentFen: Fen }),
    enquiries3m: Count,
    chargeFen: Fen,
    answeredAt: Instant,
  }),
);
const readNoFile = answerShape(
  Type.Object({ requestId: Type.String(), result: Type.Literal('NO_FILE'), chargeFen: Fen, answeredAt: Instant }),
);
const readRefused = answerShape(
  Type.Object({
    code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,63}$' }),
    message: Type.String(),
    answeredAt: Type.Optional(Instant),
  }),
);

/** Reads a genuine 200 answer. Throws PoisonError: ANSWER_FIELD with the field's pointer (never its value), ANSWER_MISMATCH. */
export function readAnswer(document: unknown, requestId: string): BureauAnswer {
  const kind =
    typeof document === 'object' && document !== null ? (document as { result?: unknown }).result : undefined;
  if (kind === 'NO_FILE') {
    const answer = readNoFile(document);
    assertAnswers(answer.requestId, requestId);
    return {
      ...NOTHING_KNOWN,
      outcome: 'no-file',
      chargedFen: answer.chargeFen,
      answeredAt: instantOf(answer.answeredAt),
    };
  }
  const answer = readReport(document);
  assertAnswers(answer.requestId, requestId);
  return {
    ...NOTHING_KNOWN,
    outcome: 'report',
    reportNo: answer.reportNo,
    score: answer.score,
    overdue: {
      currentDaysPastDue: answer.overdue.currentDpd,
      maxDaysPastDue24Months: answer.overdue.maxDpd24m,
      timesOverdue24Months: answer.overdue.count24m,
    },
    debt: {
      openAccounts: answer.debt.openAccounts,
      balanceFen: answer.debt.balanceFen,
      monthlyPaymentFen: answer.debt.monthlyPaymentFen,
    },
    enquiries3Months: answer.enquiries3m,
    chargedFen: answer.chargeFen,
    answeredAt: instantOf(answer.answeredAt),
  };
}

/** Reads a genuine refusal. Throws PoisonError ANSWER_FIELD. */
export function readRefusal(document: unknown): { code: string; answeredAt: string | undefined } {
  const refused = readRefused(document);
  return {
    code: refused.code,
    answeredAt: refused.answeredAt === undefined ? undefined : instantOf(refused.answeredAt),
  };
}

function instantOf(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw answerField('/answeredAt');
  return text;
}
