import { Type } from '@sinclair/typebox';
import { defineEvent } from './define-event.ts';
import { BusinessDate, Fen, Id, Instant, Nullable, Protected } from './fields.ts';

const Person = {
  personId: Id('who it is, derived from the hash of the ID number'),
  name: Protected(),
  idNo: Protected(),
  mobile: Protected(),
  birthDate: BusinessDate(),
  sex: Type.Union([Type.Literal('F'), Type.Literal('M')]),
  idRegion: Type.String({ pattern: '^\\d{6}$', description: 'first six digits of the ID number' }),
};

export const VehicleKind = Type.Union([Type.Literal('new'), Type.Literal('used')]);
export const VehicleUse = Type.Union([Type.Literal('own'), Type.Literal('commercial')]);
export const VehicleEnergy = Type.Union([Type.Literal('fuel'), Type.Literal('new-energy')]);
export const RepaymentMethod = Type.Union(
  (['ANNUITY', 'EQUAL_PRINCIPAL', 'INTEREST_ONLY', 'BALLOON', 'FLAT'] as const).map((method) => Type.Literal(method)),
);

/** A partner's application, accepted at the door: complete, valid in form, its personal data protected. */
export const applicationReceived = defineEvent({
  type: 'intake.application-received',
  version: 1,
  title: { zh: '进件已接收', en: 'Application received' },
  description: 'A loan application was accepted from a partner and stored durably.',
  data: Type.Object({
    applicationId: Id(),
    personId: Id('the applicant'),
    partnerId: Id(),
    partnerOrderNo: Type.String({ minLength: 1, maxLength: 64 }),
    channel: Type.Union([Type.Literal('api'), Type.Literal('batch')]),
    contentDigest: Type.String({
      description:
        'HMAC-SHA256 of the canonical content under the hub’s matching key, hex: tells whether the same order number came with the same content',
    }),
    product: Type.String({ minLength: 1, maxLength: 64 }),
    receivedAt: Instant(),
    businessDate: BusinessDate(),
    applicant: Type.Object({
      ...Person,
      monthlyIncomeFen: Fen(),
      monthlyDebtFen: Fen(),
      employer: Nullable(Type.String({ maxLength: 200 })),
      address: Type.Object({ region: Type.String({ pattern: '^\\d{6}$' }), detail: Nullable(Protected()) }),
      consents: Type.Array(Type.Object({ purpose: Type.String(), version: Type.String(), at: Instant() })),
    }),
    guarantors: Type.Array(Type.Object(Person)),
    vehicle: Type.Object({
      kind: VehicleKind,
      use: VehicleUse,
      energy: VehicleEnergy,
      vin: Type.String({ minLength: 17, maxLength: 17 }),
      vinCheckDigitOk: Type.Boolean({ description: 'imported cars may lack the check digit: flagged, not refused' }),
      priceFen: Fen(),
      listPriceFen: Nullable(Fen()),
      valuationFen: Nullable(Fen()),
      firstRegistered: Nullable(BusinessDate()),
      mileageKm: Nullable(Type.Integer({ minimum: 0 })),
    }),
    request: Type.Object({
      amountFen: Fen(),
      termMonths: Type.Integer({ minimum: 1 }),
      method: RepaymentMethod,
      addOns: Type.Array(Type.Object({ kind: Type.String(), priceFen: Fen(), financedFen: Fen() })),
    }),
    bankCard: Nullable(Type.Object({ no: Protected(), issuer: Nullable(Type.String()) })),
  }),
  key: (data) => data.applicationId,
  conservation: { day: 'businessDate', amountFen: 'request.amountFen' },
});
