import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import {
  validateBankCard,
  validateMobile,
  validateResidentId,
  validateVin,
} from '../../../../models/reference/identifiers/index.ts';
import { businessDateOf } from '../../../../platform/kernel/clock.ts';
import type { FieldError } from '../../../../platform/kernel/errors.ts';
import { fieldErrorOf } from '../../../../platform/edge/http/index.ts';
import { ApplicationForm } from '../../../../models/forms/application-form.ts';

/** A person as the form gave it, put in order, with what the ID number tells. */
export interface ValidPerson {
  name: string;
  /** 18 characters */
  idNo: string;
  /** 11 digits */
  mobile: string;
  birthDate: string;
  sex: 'F' | 'M';
  idRegion: string;
}

/** An application that is right in form: identifiers put in order, what may be left out filled with null or an empty list. */
export interface ValidApplication {
  partnerOrderNo: string;
  product: string;
  applicant: ValidPerson & {
    monthlyIncomeFen: number;
    monthlyDebtFen: number;
    employer: string | null;
    address: { region: string; detail: string | null };
    consents: { purpose: string; version: string; at: string }[];
  };
  guarantors: ValidPerson[];
  vehicle: {
    kind: 'new' | 'used';
    use: 'own' | 'commercial';
    energy: 'fuel' | 'new-energy';
    vin: string;
    vinCheckDigitOk: boolean;
    priceFen: number;
    listPriceFen: number | null;
    valuationFen: number | null;
    firstRegistered: string | null;
    mileageKm: number | null;
  };
  request: {
    amountFen: number;
    termMonths: number;
    method: ApplicationForm['request']['method'];
    addOns: { kind: string; priceFen: number; financedFen: number }[];
  };
  bankCard: { no: string; issuer: string | null } | null;
}

export type ApplicationCheck = { ok: true; application: ValidApplication } | { ok: false; errors: FieldError[] };

/** A partner's clock may run ahead of ours by as much as its signature may (docs/domain.md §7). */
const CLOCK_TOLERANCE_MS = 300_000;

const compileForm = (allErrors: boolean): ValidateFunction<ApplicationForm> => {
  const ajv = new Ajv({ allErrors, strict: true, allowUnionTypes: true });
  addFormats.default(ajv, { mode: 'full', formats: ['date', 'date-time'] });
  return ajv.compile<ApplicationForm>(ApplicationForm);
};
/** The first says yes or no, and sooner; the second finds every error. */
const matchesForm = compileForm(false);
const explainForm = compileForm(true);

/**
 * Checks a parsed body against the form and the identifiers' own rules (docs/domain.md §1). Every error names its field; none repeats a
 * value. `nowMs` is when it arrived: nothing it tells of may lie later. Whether the hub wants the business is not asked here.
 */
export function validateApplication(body: unknown, nowMs: number): ApplicationCheck {
  if (!matchesForm(body)) {
    explainForm(body);
    return { ok: false, errors: (explainForm.errors ?? []).map(formError) };
  }
  const errors: FieldError[] = [];
  const today = businessDateOf(nowMs);
  const applicant = checkPerson(body.applicant, '/applicant', today, errors);
  const guarantors = (body.guarantors ?? []).map((person, index) =>
    checkPerson(person, `/guarantors/${index}`, today, errors),
  );
  const vehicle = checkVehicle(body.vehicle, today, errors);
  const bankCard = checkCard(body.bankCard, errors);
  checkDistinct(applicant, guarantors, errors);
  body.applicant.consents.forEach((consent, index) =>
    checkConsent(consent.at, `/applicant/consents/${index}/at`, nowMs, errors),
  );
  const addOns = body.request.addOns ?? [];
  addOns.forEach((addOn, index) => {
    if (addOn.financedFen > addOn.priceFen)
      errors.push({
        pointer: `/request/addOns/${index}/financedFen`,
        code: 'TOO_LARGE',
        detail: 'is more than the price of the add-on',
      });
  });
  if (errors.length > 0 || applicant === undefined || vehicle === undefined) return { ok: false, errors };
  const { monthlyIncomeFen, monthlyDebtFen, employer, address, consents } = body.applicant;
  const { name, idNo, mobile, birthDate, sex, idRegion } = applicant;
  return {
    ok: true,
    application: {
      partnerOrderNo: body.partnerOrderNo,
      product: body.product,
      applicant: {
        // Field by field: behind a spread V8 adds each of them the slow way, and all of them took as long as the whole check.
        name,
        idNo,
        mobile,
        birthDate,
        sex,
        idRegion,
        monthlyIncomeFen,
        monthlyDebtFen,
        employer: employer?.trim() ?? null,
        address: { region: address.region, detail: address.detail?.trim() ?? null },
        consents: consents.map(({ purpose, version, at }) => ({ purpose, version, at })),
      },
      guarantors: guarantors.filter((person) => person !== undefined),
      vehicle,
      request: {
        amountFen: body.request.amountFen,
        termMonths: body.request.termMonths,
        method: body.request.method,
        addOns: addOns.map(({ kind, priceFen, financedFen }) => ({ kind, priceFen, financedFen })),
      },
      bankCard,
    },
  };
}

type Refusal = { ok: false; code: string; detail: string };

function checkPerson(
  person: { name: string; idNo: string; mobile: string },
  pointer: string,
  today: string,
  errors: FieldError[],
): ValidPerson | undefined {
  const id = validateResidentId(person.idNo, today);
  const mobile = validateMobile(person.mobile);
  if (!id.ok) errors.push(at(`${pointer}/idNo`, id));
  if (!mobile.ok) errors.push(at(`${pointer}/mobile`, mobile));
  if (!id.ok || !mobile.ok) return undefined;
  return {
    name: person.name.trim(),
    idNo: id.normalised,
    mobile: mobile.normalised,
    birthDate: id.birthDate,
    sex: id.sex,
    idRegion: id.region,
  };
}

function checkVehicle(
  vehicle: ApplicationForm['vehicle'],
  today: string,
  errors: FieldError[],
): ValidApplication['vehicle'] | undefined {
  const vin = validateVin(vehicle.vin);
  if (!vin.ok) errors.push(at('/vehicle/vin', vin));
  const firstRegistered = vehicle.firstRegistered ?? null;
  if (vehicle.kind === 'used' && firstRegistered === null)
    errors.push({ pointer: '/vehicle/firstRegistered', code: 'REQUIRED', detail: 'is required for a used car' });
  if (firstRegistered !== null && firstRegistered > today)
    errors.push({ pointer: '/vehicle/firstRegistered', code: 'IN_THE_FUTURE', detail: 'lies after today' });
  if (firstRegistered !== null && firstRegistered < EARLIEST_REGISTRATION)
    errors.push({
      pointer: '/vehicle/firstRegistered',
      code: 'TOO_EARLY',
      detail: `lies before ${EARLIEST_REGISTRATION}`,
    });
  if (!vin.ok) return undefined;
  const { kind, use, energy, priceFen } = vehicle;
  return {
    kind,
    use,
    energy,
    vin: vin.normalised,
    vinCheckDigitOk: vin.checkDigitOk,
    priceFen,
    listPriceFen: vehicle.listPriceFen ?? null,
    valuationFen: vehicle.valuationFen ?? null,
    firstRegistered,
    mileageKm: vehicle.mileageKm ?? null,
  };
}

/** No car is older: a year like 0202 or 1020 is a slip of the hand. */
const EARLIEST_REGISTRATION = '1900-01-01';

/** The credit registry of the central bank opened in 2006; what is dated before 2000 is a slip of the hand. */
const EARLIEST_CONSENT_MS = Date.UTC(2000, 0, 1);

function checkCard(card: ApplicationForm['bankCard'], errors: FieldError[]): ValidApplication['bankCard'] {
  if (card === null || card === undefined) return null;
  const checked = validateBankCard(card.no);
  if (checked.ok) return { no: checked.normalised, issuer: checked.issuer?.code ?? null };
  errors.push(at('/bankCard/no', checked));
  return null;
}

function checkDistinct(
  applicant: ValidPerson | undefined,
  guarantors: readonly (ValidPerson | undefined)[],
  errors: FieldError[],
): void {
  const seen = new Set(applicant === undefined ? [] : [applicant.idNo]);
  guarantors.forEach((guarantor, index) => {
    if (guarantor === undefined) return;
    if (seen.has(guarantor.idNo))
      errors.push({
        pointer: `/guarantors/${index}/idNo`,
        code: 'DUPLICATE',
        detail: 'is the applicant or another guarantor again',
      });
    seen.add(guarantor.idNo);
  });
}

function checkConsent(instant: string, pointer: string, nowMs: number, errors: FieldError[]): void {
  const atMs = Date.parse(instant);
  // A leap second passes the format but is no time JavaScript or the warehouse knows.
  if (Number.isNaN(atMs)) errors.push({ pointer, code: 'FORM', detail: 'is not an instant' });
  else if (atMs < EARLIEST_CONSENT_MS)
    errors.push({ pointer, code: 'TOO_EARLY', detail: 'lies before anyone consented to credit enquiries' });
  else if (atMs > nowMs + CLOCK_TOLERANCE_MS)
    errors.push({ pointer, code: 'IN_THE_FUTURE', detail: 'lies in the future' });
}

function at(pointer: string, refusal: Refusal): FieldError {
  return { pointer, code: refusal.code, detail: refusal.detail };
}

function formError(error: ErrorObject): FieldError {
  const base = fieldErrorOf(error as Parameters<typeof fieldErrorOf>[0], undefined);
  const allowed = (error.params as { allowedValues?: readonly unknown[] }).allowedValues;
  if (allowed !== undefined) return { ...base, detail: `must be one of ${allowed.join(', ')}` };
  return error.keyword === 'pattern'
    ? { ...base, detail: 'holds characters, or an order of them, that are not allowed here' }
    : base;
}
