import { Type } from '@sinclair/typebox';
import { TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler';
import { PoisonError } from '../../contract.ts';
import type { BureauAnswer } from '../bureau.ts';

const Count = Type.Integer({ minimum: 0 });
const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
// What answers and refusals are dated by; checked as a real instant below.
const Instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$' });

/** Fields the hub does not know are left unread: the bureau may add some at any time. */
const Report = TypeCompiler.Compile(
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
const NoFile = TypeCompiler.Compile(Type.Object({ requestId: Type.String(), result: Type.Literal('NO_FILE'), chargeFen: Fen, answeredAt: Instant }));
const Refusal = TypeCompiler.Compile(Type.Object({ code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,63}$' }), message: Type.String(), answeredAt: Type.Optional(Instant) }));

/** Reads a genuine 200 answer. Throws PoisonError: ANSWER_FIELD with the field's pointer (never its value), ANSWER_MISMATCH. */
export function readAnswer(document: unknown, requestId: string): BureauAnswer {
  const kind = typeof document === 'object' && document !== null ? (document as { result?: unknown }).result : undefined;
  if (kind === 'NO_FILE') {
    assertShape(NoFile, document);
    assertSame(document.requestId, requestId);
    return { outcome: 'no-file', reportNo: null, score: null, overdue: null, debt: null, enquiries3Months: null, costFen: document.chargeFen, answeredAt: instantOf(document.answeredAt) };
  }
  assertShape(Report, document);
  assertSame(document.requestId, requestId);
  return {
    outcome: 'report',
    reportNo: document.reportNo,
    score: document.score,
    overdue: { currentDaysPastDue: document.overdue.currentDpd, maxDaysPastDue24Months: document.overdue.maxDpd24m, timesOverdue24Months: document.overdue.count24m },
    debt: { openAccounts: document.debt.openAccounts, balanceFen: document.debt.balanceFen, monthlyPaymentFen: document.debt.monthlyPaymentFen },
    enquiries3Months: document.enquiries3m,
    costFen: document.chargeFen,
    answeredAt: instantOf(document.answeredAt),
  };
}

/** Reads a genuine refusal. Throws PoisonError ANSWER_FIELD. */
export function readRefusal(document: unknown): { code: string; answeredAt: string | undefined } {
  assertShape(Refusal, document);
  return { code: document.code, answeredAt: document.answeredAt === undefined ? undefined : instantOf(document.answeredAt) };
}

interface Checker<Shape> {
  Check(value: unknown): value is Shape;
  Errors(value: unknown): Iterable<{ path: string; type: ValueErrorType }>;
}

function assertShape<Shape>(checker: Checker<Shape>, value: unknown): asserts value is Shape {
  if (checker.Check(value)) return;
  const [first] = checker.Errors(value);
  const missing = first?.type === ValueErrorType.ObjectRequiredProperty;
  throw new PoisonError('ANSWER_FIELD', `the answer’s field ${first?.path || '/'} is ${missing ? 'missing' : 'not what the contract says'}`, { details: { pointer: first?.path ?? '' } });
}

function assertSame(answered: string, asked: string): void {
  if (answered !== asked) throw new PoisonError('ANSWER_MISMATCH', 'the answer is to another enquiry');
}

function instantOf(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new PoisonError('ANSWER_FIELD', 'the answer’s field /answeredAt is not what the contract says', { details: { pointer: '/answeredAt' } });
  return text;
}
