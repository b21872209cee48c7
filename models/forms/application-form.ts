import { type Static, type TSchema, Type } from '@sinclair/typebox';

/**
 * The application as partners send it (docs/architecture.md §6, contract): what the schema alone can say of it. Fields that may be null may
 * also be left out. Unknown fields are refused.
 */

/** Above this no car, income or loan is real, and sums of several amounts stay exact integers: ten billion yuan. */
const MAX_FEN = 1_000_000_000_000;

/** No control characters, half surrogates or direction overrides, and something other than blanks. */
const TEXT = '^(?=.*\\S)[^\\p{Cc}\\p{Cs}\\u202A-\\u202E\\u2066-\\u2069]+$';
const CODE = '^[A-Za-z0-9][A-Za-z0-9._-]*$';

const closed = { additionalProperties: false } as const;
const fen = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: MAX_FEN, description: `${description}, whole fen` });
const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: TEXT, description });
const oneOf = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: values, description });

/** `type: [<type>, 'null']`: one error for a wrong value, where a union would give one for each branch. */
const orNull = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(
    Type.Unsafe<Static<Schema> | null>({ ...schema, type: [(schema as unknown as { type: string }).type, 'null'] }),
  );

const Person = {
  name: text(64, 'as on the ID card'),
  idNo: Type.String({ minLength: 1, maxLength: 32, description: 'resident ID number, 18 characters or the old 15' }),
  mobile: Type.String({ minLength: 1, maxLength: 24, description: 'mainland mobile number, +86 allowed' }),
};

const Consent = Type.Object(
  {
    purpose: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: CODE,
      description: 'what was consented to, such as credit-report',
    }),
    version: Type.String({
      minLength: 1,
      maxLength: 32,
      pattern: CODE,
      description: 'version of the text that was signed',
    }),
    at: Type.String({ maxLength: 35, format: 'date-time', description: 'when, RFC 3339' }),
  },
  closed,
);

const Applicant = Type.Object(
  {
    ...Person,
    monthlyIncomeFen: fen(0, 'income a month'),
    monthlyDebtFen: fen(0, 'what other debts take a month'),
    employer: orNull(text(200, 'employer')),
    address: Type.Object(
      {
        region: Type.String({ pattern: '^\\d{6}$', description: 'six-digit division code' }),
        detail: orNull(text(200, 'street, house, flat')),
      },
      closed,
    ),
    consents: Type.Array(Consent, { maxItems: 20 }),
  },
  closed,
);

const Vehicle = Type.Object(
  {
    kind: oneOf(['new', 'used'], 'condition'),
    use: oneOf(['own', 'commercial'], 'use'),
    energy: oneOf(['fuel', 'new-energy'], 'energy'),
    vin: Type.String({ minLength: 1, maxLength: 32, description: 'vehicle identification number' }),
    priceFen: fen(1, 'price of the car'),
    listPriceFen: orNull(fen(1, 'list price')),
    valuationFen: orNull(fen(1, 'valuation of a used car')),
    firstRegistered: orNull(
      Type.String({ maxLength: 10, format: 'date', description: 'first registration; required for a used car' }),
    ),
    mileageKm: orNull(Type.Integer({ minimum: 0, maximum: 5_000_000 })),
  },
  closed,
);

const AddOn = Type.Object(
  {
    kind: Type.String({ minLength: 1, maxLength: 64, pattern: CODE, description: 'what it is, such as insurance' }),
    priceFen: fen(1, 'its price'),
    financedFen: fen(0, 'how much of it is to be financed'),
  },
  closed,
);

const LoanRequest = Type.Object(
  {
    amountFen: fen(1, 'amount applied for'),
    termMonths: Type.Integer({ minimum: 1, maximum: 120 }),
    method: oneOf(['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON', 'FLAT'], 'repayment method'),
    addOns: Type.Optional(Type.Array(AddOn, { maxItems: 20 })),
  },
  closed,
);

/** An example that is accepted as it stands; its identifiers are the published test values of docs/domain.md §1. */
const EXAMPLE = {
  partnerOrderNo: 'D20260101001',
  product: 'NEW-ANNUITY',
  applicant: {
    name: '张三',
    idNo: '11010519491231002X',
    mobile: '13800138000',
    monthlyIncomeFen: 1_500_000,
    monthlyDebtFen: 200_000,
    employer: '某某有限公司',
    address: { region: '110105', detail: '某街道1号' },
    consents: [{ purpose: 'credit-report', version: '2026-01', at: '2026-01-01T10:00:00+08:00' }],
  },
  guarantors: [],
  vehicle: {
    kind: 'new',
    use: 'own',
    energy: 'fuel',
    vin: 'LSVAA49J132012345',
    priceFen: 20_000_000,
    listPriceFen: 21_000_000,
    valuationFen: null,
    firstRegistered: null,
    mileageKm: null,
  },
  request: { amountFen: 14_000_000, termMonths: 36, method: 'ANNUITY', addOns: [] },
  bankCard: { no: '6222021234567890128' },
};

export const ApplicationForm = Type.Object(
  {
    partnerOrderNo: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[\\x21-\\x7E]+$',
      description: 'the partner’s own number of this application; sent again it is the same application',
    }),
    product: Type.String({ minLength: 1, maxLength: 64, pattern: CODE }),
    applicant: Applicant,
    guarantors: Type.Optional(Type.Array(Type.Object(Person, closed), { maxItems: 5 })),
    vehicle: Vehicle,
    request: LoanRequest,
    bankCard: orNull(
      Type.Object(
        { no: Type.String({ minLength: 1, maxLength: 32, description: 'card number, 13 to 19 digits' }) },
        closed,
      ),
    ),
  },
  { ...closed, title: 'Application', examples: [EXAMPLE] },
);
export type ApplicationForm = Static<typeof ApplicationForm>;
