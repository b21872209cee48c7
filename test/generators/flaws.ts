import { residentIdCheck, vinCheck } from '../../models/reference/identifiers/index.ts';
import { addDays } from '../../models/reference/dates.ts';
import type { ApplicationBody } from './application.ts';
import type { Random } from './random.ts';

/** What the door must say of a flawed application; undefined where the flaw is accepted (put right, or a matter of policy). */
export interface Refusal {
  pointer: string;
  code: string;
}

interface Flaw {
  name: string;
  /** how often, against the others */
  weight: number;
  /** whether it can be put into this application */
  fits?(body: ApplicationBody): boolean;
  /** Changes the application; what it leaves is written as JSON. */
  spoil(body: Loose, random: Random, now: number): void;
  refusal?: Refusal;
  /** what the review must find */
  decision?: { outcome: string; reason: string };
}

/** An application whose fields may hold, or lack, anything. */
type Loose = Record<string, Record<string, unknown>> & {
  applicant: Record<string, unknown>;
  vehicle: Record<string, unknown>;
  request: Record<string, unknown>;
};

const nextDigit = (digit: string): string => String((Number(digit) + 1) % 10);
const spaced = (digits: string, every: number): string => digits.replace(new RegExp(`(.{${every}})(?=.)`, 'g'), '$1 ');
const later = (now: number, ms: number): string =>
  `${new Date(now + ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
const hasCard = (body: ApplicationBody): boolean => body.bankCard !== null;
const madeInChina = (body: ApplicationBody): boolean => body.vehicle.vin.startsWith('L');

/** The mistakes partners really make. Each spoils one thing, so that one refusal is right. */
export const FLAWS: readonly Flaw[] = [
  {
    name: 'id-check-digit',
    weight: 8,
    refusal: { pointer: '/applicant/idNo', code: 'RESIDENT_ID_CHECK_DIGIT' },
    spoil: ({ applicant }) => {
      const idNo = applicant.idNo as string;
      applicant.idNo = idNo.slice(0, 14) + nextDigit(idNo[14]!) + idNo.slice(15);
    },
  },
  {
    name: 'id-birth-date',
    weight: 3,
    refusal: { pointer: '/applicant/idNo', code: 'RESIDENT_ID_BIRTH_DATE' },
    spoil: ({ applicant }) => {
      const idNo = applicant.idNo as string;
      const first17 = `${idNo.slice(0, 10)}0230${idNo.slice(14, 17)}`;
      applicant.idNo = first17 + residentIdCheck(first17);
    },
  },
  {
    name: 'name-and-id-swapped',
    weight: 5,
    refusal: { pointer: '/applicant/idNo', code: 'RESIDENT_ID_LENGTH' },
    spoil: ({ applicant }) => ([applicant.name, applicant.idNo] = [applicant.idNo, applicant.name]),
  },
  {
    name: 'mobile-with-blanks',
    weight: 6,
    refusal: { pointer: '/applicant/mobile', code: 'MOBILE_FORM' },
    spoil: ({ applicant }) =>
      (applicant.mobile = (applicant.mobile as string).replace(/(...)(....)(....)/, '$1 $2 $3')),
  },
  {
    name: 'mobile-is-a-landline',
    weight: 2,
    refusal: { pointer: '/applicant/mobile', code: 'MOBILE_FORM' },
    spoil: ({ applicant }, random) => (applicant.mobile = `010-${random.digits(8)}`),
  },
  {
    name: 'mobile-with-country-code',
    weight: 4,
    spoil: ({ applicant }) => (applicant.mobile = `+86${applicant.mobile as string}`),
  },
  {
    name: 'card-check-digit',
    weight: 4,
    fits: hasCard,
    refusal: { pointer: '/bankCard/no', code: 'BANK_CARD_CHECK_DIGIT' },
    spoil: ({ bankCard }) => {
      const no = bankCard!.no as string;
      bankCard!.no = no.slice(0, -1) + nextDigit(no.at(-1)!);
    },
  },
  {
    name: 'card-with-blanks',
    weight: 3,
    fits: hasCard,
    refusal: { pointer: '/bankCard/no', code: 'BANK_CARD_CHARACTERS' },
    spoil: ({ bankCard }) => (bankCard!.no = spaced(bankCard!.no as string, 4)),
  },
  {
    name: 'vin-with-letter-o',
    weight: 5,
    refusal: { pointer: '/vehicle/vin', code: 'VIN_CHARACTERS' },
    spoil: ({ vehicle }, random) =>
      (vehicle.vin = `${(vehicle.vin as string).slice(0, 13)}${random.pick(['O', 'I', 'Q'])}${(vehicle.vin as string).slice(14)}`),
  },
  {
    name: 'vin-check-digit',
    weight: 4,
    fits: madeInChina,
    refusal: { pointer: '/vehicle/vin', code: 'VIN_CHECK_DIGIT' },
    spoil: ({ vehicle }) => {
      const text = vehicle.vin as string;
      vehicle.vin = text.slice(0, 8) + (vinCheck(text) === '5' ? '6' : '5') + text.slice(9);
    },
  },
  {
    name: 'vin-short',
    weight: 3,
    refusal: { pointer: '/vehicle/vin', code: 'VIN_LENGTH' },
    spoil: ({ vehicle }) => (vehicle.vin = (vehicle.vin as string).slice(0, 16)),
  },
  {
    name: 'amount-in-yuan-with-decimals',
    weight: 5,
    refusal: { pointer: '/request/amountFen', code: 'NOT_AN_INTEGER' },
    spoil: ({ request }) => (request.amountFen = (request.amountFen as number) / 100 + 0.5),
  },
  {
    name: 'amount-as-text',
    weight: 3,
    refusal: { pointer: '/request/amountFen', code: 'TYPE' },
    spoil: ({ request }) => (request.amountFen = `${(request.amountFen as number) / 100}.00`),
  },
  // Everything in yuan is right in form and small in proportion: only a person can see it.
  {
    name: 'all-amounts-in-yuan',
    weight: 3,
    spoil: ({ applicant, vehicle, request }) => {
      for (const [holder, keys] of [
        [applicant, ['monthlyIncomeFen', 'monthlyDebtFen']],
        [vehicle, ['priceFen', 'listPriceFen', 'valuationFen']],
        [request, ['amountFen']],
      ] as const) {
        for (const key of keys) if (typeof holder[key] === 'number') holder[key] = Math.round(holder[key] / 100);
      }
      request.addOns = [];
    },
  },
  {
    name: 'consents-empty',
    weight: 6,
    decision: { outcome: 'DECLINED', reason: 'CONSENT_MISSING' },
    spoil: ({ applicant }) => (applicant.consents = []),
  },
  {
    name: 'consents-left-out',
    weight: 4,
    refusal: { pointer: '/applicant/consents', code: 'REQUIRED' },
    spoil: ({ applicant }) => delete applicant.consents,
  },
  {
    name: 'consent-in-the-future',
    weight: 3,
    refusal: { pointer: '/applicant/consents/0/at', code: 'IN_THE_FUTURE' },
    spoil: ({ applicant }, random, now) =>
      ((applicant.consents as { at: string }[])[0]!.at = later(now, random.integer(2, 400) * 86_400_000)),
  },
  {
    name: 'registered-in-the-future',
    weight: 2,
    fits: ({ vehicle }) => vehicle.kind === 'used',
    refusal: { pointer: '/vehicle/firstRegistered', code: 'IN_THE_FUTURE' },
    spoil: ({ vehicle }, random, now) =>
      (vehicle.firstRegistered = addDays(later(now, 0).slice(0, 10), random.integer(2, 300))),
  },
  {
    name: 'name-empty',
    weight: 4,
    refusal: { pointer: '/applicant/name', code: 'TOO_SHORT' },
    spoil: ({ applicant }) => (applicant.name = ''),
  },
  {
    name: 'energy-unknown',
    weight: 4,
    refusal: { pointer: '/vehicle/energy', code: 'NOT_ALLOWED' },
    spoil: ({ vehicle }, random) => (vehicle.energy = random.pick(['electric', '新能源', 'NEW-ENERGY', ''])),
  },
  {
    name: 'method-in-small-letters',
    weight: 4,
    refusal: { pointer: '/request/method', code: 'NOT_ALLOWED' },
    spoil: ({ request }) => (request.method = (request.method as string).toLowerCase()),
  },
  {
    name: 'unknown-field',
    weight: 5,
    refusal: { pointer: '/applicant/phone', code: 'UNKNOWN_FIELD' },
    spoil: ({ applicant }) => (applicant.phone = applicant.mobile),
  },
  {
    name: 'income-null',
    weight: 3,
    refusal: { pointer: '/applicant/monthlyIncomeFen', code: 'TYPE' },
    spoil: ({ applicant }) => (applicant.monthlyIncomeFen = null),
  },
  {
    name: 'term-as-text',
    weight: 2,
    refusal: { pointer: '/request/termMonths', code: 'TYPE' },
    spoil: ({ request }) => (request.termMonths = `${request.termMonths as number}期`),
  },
  {
    name: 'region-by-name',
    weight: 3,
    refusal: { pointer: '/applicant/address/region', code: 'FORM' },
    spoil: ({ applicant }) => ((applicant.address as { region: string }).region = '北京市朝阳区'),
  },
  {
    name: 'product-left-out',
    weight: 2,
    refusal: { pointer: '/product', code: 'REQUIRED' },
    spoil: (body) => delete (body as Record<string, unknown>).product,
  },
];

/** Puts one flaw into a copy of an application; returns it with the copy as JSON. */
export function spoiled(body: ApplicationBody, random: Random, now: number): { flaw: Flaw; json: string } {
  const flaw = random.weighted(
    FLAWS.filter(({ fits }) => fits === undefined || fits(body)).map((entry) => [entry, entry.weight] as const),
  );
  const copy = structuredClone(body) as unknown as Loose;
  flaw.spoil(copy, random, now);
  return { flaw, json: JSON.stringify(copy) };
}
