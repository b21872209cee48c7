import { type TSchema, Type } from '@sinclair/typebox';
import { BUCKETS } from '../ageing/ageing.ts';
import { ASSET_CLASSES } from '../ageing/asset-class.ts';
import { LOAN_STATUSES } from '../loan/loan-state.ts';
import { EVENT_TYPES } from './simulation-form.ts';

const strict = { additionalProperties: false } as const;
const oneOf = (values: readonly string[]) => Type.Unsafe<string>({ type: 'string', enum: [...values] });
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Fen = () => Type.Integer();
const Day = () => Type.String({ format: 'date' });
const Names = Type.Object({ zh: Type.String(), en: Type.String() }, strict);
const parts = { principalFen: Fen(), interestFen: Fen(), feeFen: Fen(), penaltyFen: Fen() };

const ScheduleLine = Type.Object(
  {
    n: Type.Integer({ description: '0 is the down payment' }),
    kind: oneOf(['DOWN_PAYMENT', 'REGULAR', 'ADDED']),
    fromOn: Day(),
    dueOn: Day(),
    ...parts,
    totalFen: Fen(),
    paidFen: Fen(),
    waivedFen: Fen(),
    writtenOffFen: Fen(),
    outstandingFen: Fen(),
    balanceFen: Fen(),
    completedOn: orNull(Day()),
  },
  strict,
);

const Transaction = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    on: Day(),
    amountFen: Fen(),
    amounts: Type.Object(parts, strict),
    parts: Type.Array(Type.Object({ n: Type.Integer(), portion: Type.String(), fen: Fen() }, strict), {
      description: 'what went where, in this order',
    }),
    overpaidFen: Fen(),
    balanceFen: Fen(),
    chargedOff: Type.Boolean(),
    reversed: Type.Boolean(),
  },
  strict,
);

const Entry = Type.Object(
  {
    entryNo: Type.Integer(),
    postedOn: Day(),
    transactionId: Type.String(),
    kind: Type.String(),
    version: Type.Integer({ description: '2 and more: the transaction was allocated anew' }),
    reverses: orNull(Type.Integer({ description: 'the entry this one takes back' })),
    lines: Type.Array(
      Type.Object(
        { side: oneOf(['D', 'C']), account: Type.String(), code: Type.String(), name: Names, amountFen: Fen() },
        strict,
      ),
    ),
  },
  strict,
);

const Step = Type.Object(
  {
    n: Type.Integer(),
    event: Type.Object({ type: oneOf(EVENT_TYPES), on: Day(), id: orNull(Type.String()) }, strict),
    businessDate: Day(),
    status: oneOf(LOAN_STATUSES),
    owed: Type.Object({ ...parts, totalFen: Fen() }, strict),
    overpaidFen: Fen(),
    schedule: Type.Array(ScheduleLine),
    charges: Type.Array(
      Type.Object(
        {
          chargeId: Type.String(),
          name: Type.String(),
          kind: oneOf(['FEE', 'PENALTY']),
          dueFen: Fen(),
          paidFen: Fen(),
          waivedFen: Fen(),
          outstandingFen: Fen(),
        },
        strict,
      ),
    ),
    transactions: Type.Array(Transaction, { description: 'those the step made or changed' }),
    ageing: Type.Object(
      {
        oldestDueOn: orNull(Day()),
        daysPastDue: Type.Integer(),
        pausedDays: Type.Integer(),
        countedDays: Type.Integer(),
        bucket: oneOf(BUCKETS),
        overdueInstalments: Type.Integer(),
        overdueFen: Fen(),
      },
      strict,
    ),
    classification: Type.Object(
      {
        assetClass: oneOf(ASSET_CLASSES),
        since: Day(),
        clearedOn: orNull(Day()),
        reason: Type.String(),
        eclStage: Type.Integer(),
      },
      strict,
    ),
    nonAccrual: Type.Boolean(),
    journal: Type.Array(Entry, { description: 'entries of the step' }),
    explanations: Type.Array(
      Type.Object(
        { figure: Type.String({ description: 'JSON pointer within the step' }), zh: Type.String(), en: Type.String() },
        strict,
      ),
    ),
  },
  { ...strict, $id: 'SimulatedStep' },
);

/** What a simulation answers. */
export const SimulationAnswer = Type.Object(
  { steps: Type.Array(Step) },
  { $id: 'SimulationAnswer', ...strict, title: 'Simulation' },
);
