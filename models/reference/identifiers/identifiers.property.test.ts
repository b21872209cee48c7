import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  luhn,
  organisationCodeCheck,
  residentIdCheck,
  socialCreditCodeCheck,
  validateBankCard,
  validateOrganisationCode,
  validateResidentId,
  validateSocialCreditCode,
  validateVin,
  vinCheck,
} from './index.ts';

const of = (characters: string, length: number) =>
  fc.array(fc.constantFrom(...characters), { minLength: length, maxLength: length }).map((c) => c.join(''));
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const VIN = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ';

const residentIds = fc
  .tuple(
    fc.constantFrom('110105', '310101', '440305', '810000'),
    fc.date({ min: new Date('1930-01-01'), max: new Date('2010-12-31'), noInvalidDate: true }),
    fc.integer({ min: 1, max: 999 }),
  )
  .map(([region, born, n]) => region + born.toISOString().slice(0, 10).replaceAll('-', '') + String(n).padStart(3, '0'))
  .map((body) => body + residentIdCheck(body));
const creditCodes = fc
  .tuple(of(USCC, 2), of('0123456789', 6), of(USCC, 9))
  .map((p) => p.join(''))
  .map((body) => body + socialCreditCodeCheck(body));
const organisationCodes = of('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', 8).map(
  (body) => `${body}-${organisationCodeCheck(body)}`,
);
const vins = of(VIN, 16)
  .map((c) => `L${c.slice(0, 7)}0${c.slice(8)}`)
  .map((v) => v.slice(0, 8) + vinCheck(v) + v.slice(9));
const cards = fc
  .integer({ min: 12, max: 18 })
  .chain((n) => of('0123456789', n))
  .map((body) => body + String((10 - luhn(`${body}0`)) % 10));

interface Kind {
  name: string;
  values: fc.Arbitrary<string>;
  check: (value: string) => { ok: boolean };
  alphabet: string;
}
const kinds: Kind[] = [
  { name: 'resident ID', values: residentIds, check: validateResidentId, alphabet: '0123456789' },
  { name: 'social credit code', values: creditCodes, check: validateSocialCreditCode, alphabet: USCC },
  { name: 'bank card', values: cards, check: validateBankCard, alphabet: '0123456789' },
];
const others: Kind[] = [
  { name: 'organisation code', values: organisationCodes, check: validateOrganisationCode, alphabet: '0123456789' },
  { name: 'VIN', values: vins, check: validateVin, alphabet: '0123456789' },
];

describe('check digits', () => {
  it.each([...kinds, ...others])('$name: what is built by the rule is valid', ({ values, check }) => {
    fc.assert(fc.property(values, (value) => check(value).ok));
  });

  it.each(kinds)('$name: one changed character never passes', ({ values, check, alphabet }) => {
    fc.assert(
      fc.property(values, fc.nat(), fc.constantFrom(...alphabet), (value, at, other) => {
        const i = at % value.length;
        fc.pre(value[i] !== other);
        return !check(value.slice(0, i) + other + value.slice(i + 1)).ok;
      }),
      { numRuns: 1000 },
    );
  });

  it.each(kinds)(
    '$name: two neighbours swapped never pass (Luhn lets 09 and 90 through, by its nature)',
    ({ name, values, check }) => {
      fc.assert(
        fc.property(values, fc.nat(), (value, at) => {
          const i = at % (value.length - 1);
          const [a, b] = [value[i]!, value[i + 1]!];
          fc.pre(a !== b && !(name === 'bank card' && a + b === '09') && !(name === 'bank card' && a + b === '90'));
          return !check(value.slice(0, i) + b + a + value.slice(i + 2)).ok;
        }),
        { numRuns: 1000 },
      );
    },
  );

  it('organisation code: one changed digit never passes', () => {
    fc.assert(
      fc.property(organisationCodes, fc.nat(7), fc.constantFrom(...'0123456789'), (value, i, other) => {
        fc.pre(/\d/.test(value[i]!) && value[i] !== other);
        return !validateOrganisationCode(value.slice(0, i) + other + value.slice(i + 1)).ok;
      }),
      { numRuns: 1000 },
    );
  });

  it('VIN: one changed digit never passes', () => {
    fc.assert(
      fc.property(vins, fc.integer({ min: 1, max: 16 }), fc.constantFrom(...'0123456789'), (value, i, other) => {
        fc.pre(/\d/.test(value[i]!) && value[i] !== other);
        return !validateVin(value.slice(0, i) + other + value.slice(i + 1)).ok;
      }),
      { numRuns: 1000 },
    );
  });

  it('any text gets an answer, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        [validateResidentId, validateVin, validateSocialCreditCode, validateOrganisationCode, validateBankCard].every(
          (check) => typeof check(text).ok === 'boolean',
        ),
      ),
    );
  });
});

it('the check digit in position 9 of a VIN does not count itself', () => {
  expect(vinCheck('1M8GDM9AXKP042788')).toBe(vinCheck('1M8GDM9A0KP042788'));
});
