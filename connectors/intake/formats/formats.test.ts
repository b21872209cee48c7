import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NATIVE_CSV } from '../../../models/forms/native-csv.ts';
import type { FormatField, PartnerFormat } from '../../../models/forms/partner-format.ts';
import { SAMPLE_FORMATS } from '../../../models/forms/samples/index.ts';
import { DEFAULT_PARTNERS, generateApplications, type ApplicationBody } from '../../../test/generators/index.ts';
import { asDealerWest, asUsedCarsDirect, DIRECT_COLUMNS } from '../../../test/generators/partner-layouts.ts';
import { validateApplication } from '../api/single/validate-application.ts';
import type { Mapped } from './compile-format.ts';
import { columnsOf, csvMapping } from './csv-format.ts';
import { jsonMapping } from './json-format.ts';
import { checkMapped, readJsonApplication } from './read-mapped.ts';

const NOW = Date.parse('2026-11-20T12:00:00+08:00');
const WHOLE = { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 };
const bodies = (seed: number, count: number): ApplicationBody[] =>
  [...generateApplications({ seed, count, now: NOW, partners: DEFAULT_PARTNERS, shares: WHOLE })].map(
    ({ body }) => JSON.parse(body) as ApplicationBody,
  );
const [sample] = bodies(1, 1) as [ApplicationBody];

/** A CSV format of one field over the sample partner's, and what a value in its column becomes. */
function csvBecomes(
  to: string,
  change: Omit<FormatField, 'to' | 'from'>,
  codes: PartnerFormat['codes'],
  given: string,
): unknown {
  const format: PartnerFormat = {
    title: { zh: 't', en: 't' },
    input: { kind: 'csv', encoding: 'utf-8', absent: ['-'] },
    codes,
    fields: [{ to, from: 'x', ...change }],
  };
  const check = csvMapping(format, ['x']);
  if (!check.ok) throw new Error(JSON.stringify(check.errors));
  const { form, errors } = check.map([given]);
  return (
    errors[0]?.code ??
    to
      .slice(1)
      .split('/')
      .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], form)
  );
}

describe('what a value becomes', () => {
  it.each<[string, Omit<FormatField, 'to' | 'from'>, string, unknown]>([
    // Money: exact, whatever the unit.
    ['/request/amountFen', { unit: 'yuan' }, '140000', 14_000_000],
    ['/request/amountFen', { unit: 'yuan' }, '140,000.50', 14_000_050],
    ['/request/amountFen', { unit: 'yuan' }, '0.01', 1],
    ['/request/amountFen', { unit: 'yuan' }, '0.29', 29],
    ['/request/amountFen', { unit: 'yuan' }, '1.10', 110],
    ['/request/amountFen', { unit: 'yuan' }, '0.010', 1],
    ['/request/amountFen', { unit: 'yuan' }, '0.001', 'TOO_PRECISE'],
    ['/request/amountFen', { unit: 'yuan' }, '1,40,000', 'NOT_A_NUMBER'],
    ['/request/amountFen', { unit: 'yuan' }, '1.4e5', 'NOT_A_NUMBER'],
    ['/request/amountFen', { unit: 'yuan' }, '=1+1', 'NOT_A_NUMBER'],
    ['/request/amountFen', { unit: 'yuan' }, '-5', -500],
    ['/request/amountFen', { unit: 'yuan' }, '999999999999999', 'TOO_LARGE'],
    ['/request/amountFen', { unit: 'yuan', suffixes: ['元'] }, '14 元', 1_400],
    ['/request/amountFen', { unit: 'yuan' }, '14元', 'NOT_A_NUMBER'],
    ['/request/amountFen', { unit: 'wan' }, '14', 14_000_000],
    ['/request/amountFen', { unit: 'wan' }, '13.98', 13_980_000],
    ['/request/amountFen', { unit: 'wan' }, '0.000001', 1],
    ['/request/amountFen', { unit: 'wan' }, '0.0000001', 'TOO_PRECISE'],
    ['/request/amountFen', { unit: 'fen' }, '14000000', 14_000_000],
    ['/request/amountFen', { unit: 'fen' }, '14000000.5', 'TOO_PRECISE'],
    // Numbers.
    ['/request/termMonths', {}, '36', 36],
    ['/request/termMonths', { suffixes: ['期'] }, '36期', 36],
    ['/request/termMonths', {}, '36.0', 36],
    ['/request/termMonths', {}, '36.5', 'TOO_PRECISE'],
    ['/request/termMonths', { unit: 'years' }, '3', 36],
    ['/request/termMonths', { unit: 'years', suffixes: ['年'] }, '5年', 60],
    ['/vehicle/mileageKm', { unit: 'wan', suffixes: ['万公里'] }, '3.2万公里', 32_000],
    ['/vehicle/mileageKm', { unit: 'wan' }, '3.20001', 'TOO_PRECISE'],
    // Dates.
    ['/vehicle/firstRegistered', { pattern: 'YYYY/M/D' }, '2024/2/29', '2024-02-29'],
    ['/vehicle/firstRegistered', { pattern: 'YYYY/M/D' }, '2023/2/29', 'FORM'],
    ['/vehicle/firstRegistered', { pattern: 'YYYYMMDD' }, '20240305', '2024-03-05'],
    ['/vehicle/firstRegistered', { pattern: 'YYYYMMDD' }, '2024-03-05', 'FORM'],
    ['/vehicle/firstRegistered', { pattern: 'YYYY年M月D日' }, '2024年12月31日', '2024-12-31'],
    // Text and codes.
    ['/applicant/name', {}, ' 张三　', '张三'],
    ['/applicant/employer', {}, '=cmd|calc', 'FORMULA'],
    ['/applicant/employer', {}, '+1+1', 'FORMULA'],
    ['/applicant/employer', {}, '-2+3', 'FORMULA'],
    ['/applicant/employer', {}, '@SUM(A1)', 'FORMULA'],
    ['/applicant/employer', {}, '\tA', 'FORMULA'],
    ['/applicant/employer', {}, '——', '——'],
    ['/applicant/mobile', {}, '+8613800138000', '+8613800138000'],
    ['/applicant/employer', {}, '-', undefined],
    ['/applicant/employer', { default: '未填' }, '', '未填'],
    ['/vehicle/kind', { codes: 'k' }, '新', 'new'],
    ['/vehicle/kind', { codes: 'k' }, '半新', 'NOT_IN_CODE_LIST'],
    ['/vehicle/energy', { codes: 'e' }, '氢', 'fuel'],
  ])('%s %j: %s → %p', (to, change, given, expected) => {
    const codes = { k: { values: { 新: 'new', 旧: 'used' } }, e: { values: { 电: 'new-energy' }, otherwise: 'fuel' } };
    expect(csvBecomes(to, change, codes, given)).toEqual(expected);
  });

  it.each<[string, string, string, string, unknown]>([
    // share, unit, price in yuan → amount in fen, half up
    ['70', 'percent', '200000', '', 14_000_000],
    ['30', 'percent-off', '200000', '', 14_000_000],
    ['33.333333', 'percent', '0.03', '', 1],
    ['50', 'percent', '0.01', '', 1],
    ['49.999999', 'percent', '0.01', '', 0],
    ['100', 'percent', '0.01', '', 1],
    ['100.000001', 'percent', '0.01', '', 'OUT_OF_RANGE'],
    ['-1', 'percent', '0.01', '', 'OUT_OF_RANGE'],
    ['70%', 'percent', '200000', '%', 14_000_000],
  ])('%s (%s) of %s yuan is %p', (share, unit, price, suffix, expected) => {
    const format: PartnerFormat = {
      title: { zh: 't', en: 't' },
      input: { kind: 'csv', encoding: 'utf-8' },
      fields: [
        {
          to: '/request/amountFen',
          from: 'share',
          unit: unit as 'percent',
          of: '/vehicle/priceFen',
          ...(suffix === '' ? {} : { suffixes: [suffix] }),
        },
        { to: '/vehicle/priceFen', from: 'price', unit: 'yuan' },
      ],
    };
    const check = csvMapping(format, ['price', 'share']);
    if (!check.ok) throw new Error('header');
    const { form, errors } = check.map([price, share]);
    expect(errors[0]?.code ?? (form as { request: { amountFen: number } }).request.amountFen).toEqual(expected);
  });

  it('yuan and wan become the fen they are, for every amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (fen) => {
        const digits = String(fen).padStart(7, '0');
        expect(
          csvBecomes('/request/amountFen', { unit: 'yuan' }, undefined, `${digits.slice(0, -2)}.${digits.slice(-2)}`),
        ).toBe(fen);
        expect(
          csvBecomes('/request/amountFen', { unit: 'wan' }, undefined, `${digits.slice(0, -6)}.${digits.slice(-6)}`),
        ).toBe(fen);
      }),
    );
  });
});

describe('a mapped application equals the native one', () => {
  const west = jsonMapping(SAMPLE_FORMATS['dealer-west']);
  const direct = csvMapping(SAMPLE_FORMATS['used-cars-direct'], DIRECT_COLUMNS);
  const native = csvMapping(NATIVE_CSV, [...columnsOf(NATIVE_CSV).required, ...columnsOf(NATIVE_CSV).optional]);
  const valid = (mapped: Mapped): unknown => {
    const check = checkMapped(mapped, NOW);
    return check.ok ? check.application : check.errors;
  };

  it('for many generated applications, in each layout', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        for (const body of bodies(seed, 8)) {
          const expected = validateApplication(body, NOW);
          if (!expected.ok) throw new Error('the generator made an invalid application');
          const overWire = readJsonApplication(west, Buffer.from(JSON.stringify(asDealerWest(body))), NOW);
          expect(overWire).toEqual(expected);
          if (!direct.ok || !native.ok) throw new Error('header');
          expect(valid(direct.map(asUsedCarsDirect(body)))).toEqual(expected.application);
          const { required, optional } = columnsOf(NATIVE_CSV);
          expect(valid(native.map([...required, ...optional].map((column) => textAt(body, column))))).toEqual(
            expected.application,
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  function textAt(body: ApplicationBody, column: string): string {
    const value = column
      .split('.')
      .reduce<unknown>((here, step) => (here as Record<string, unknown> | null | undefined)?.[step], body);
    return value === null || value === undefined ? '' : String(value);
  }
});

describe('errors name the partner’s field and ours', () => {
  const map = jsonMapping(SAMPLE_FORMATS['dealer-west']);
  type West = { [key: string]: unknown } & {
    客户: Record<string, unknown>;
    车辆: Record<string, unknown>;
    融资: Record<string, unknown>;
    授权: Record<string, unknown>[];
    担保人: unknown;
  };
  const spoilt = (spoil: (document: West) => void): unknown => {
    const document = structuredClone(asDealerWest(sample)) as West;
    spoil(document);
    const check = readJsonApplication(map, Buffer.from(JSON.stringify(document)), NOW);
    return check.ok
      ? []
      : check.errors.map((error) => [(error as { source?: string }).source, error.pointer, error.code]);
  };

  it.each<[string, (document: West) => void, unknown]>([
    ['nothing', () => undefined, []],
    [
      'a value that cannot be converted',
      ({ 融资 }) => (融资.贷款金额 = '十四万'),
      [['/融资/贷款金额', '/request/amountFen', 'NOT_A_NUMBER']],
    ],
    [
      'a value that breaks a rule of ours',
      ({ 客户 }) => (客户.证件号码 = '110105194912310021'),
      [['/客户/证件号码', '/applicant/idNo', 'RESIDENT_ID_CHECK_DIGIT']],
    ],
    ['a required field left out', ({ 客户 }) => delete 客户.姓名, [['/客户/姓名', '/applicant/name', 'REQUIRED']]],
    [
      'an object left out',
      (document) => delete (document as Record<string, unknown>).融资,
      [
        ['/融资/贷款金额', '/request/amountFen', 'REQUIRED'],
        ['/融资/期数', '/request/termMonths', 'REQUIRED'],
        ['/融资/还款方式', '/request/method', 'REQUIRED'],
      ],
    ],
    ['an unknown code', ({ 车辆 }) => (车辆.动力 = '煤'), [['/车辆/动力', '/vehicle/energy', 'NOT_IN_CODE_LIST']]],
    ['an unknown field', ({ 客户 }) => (客户.微信 = 'x'), [['/客户/微信', '', 'UNKNOWN_FIELD']]],
    [
      'an object that is a text',
      (document) => (document.融资 = '无' as never),
      [
        ['/融资', '', 'TYPE'],
        ['/融资/贷款金额', '/request/amountFen', 'REQUIRED'],
        ['/融资/期数', '/request/termMonths', 'REQUIRED'],
        ['/融资/还款方式', '/request/method', 'REQUIRED'],
      ],
    ],
    [
      'an element of a list',
      ({ 授权 }) => (授权[0]!.授权时间 = '昨天'),
      [['/授权/0/授权时间', '/applicant/consents/0/at', 'FORM']],
    ],
    ['an unknown field of an element', ({ 授权 }) => (授权[1]!.备注 = 'x'), [['/授权/1/备注', '', 'UNKNOWN_FIELD']]],
    [
      'a rule of ours on an element',
      ({ 授权 }) => (授权[1]!.授权时间 = '2027-01-01 00:00:00'),
      [['/授权/1/授权时间', '/applicant/consents/1/at', 'IN_THE_FUTURE']],
    ],
    ['an element that is no object', (document) => (document.担保人 = [1]), [['/担保人/0', '/guarantors/0', 'TYPE']]],
    ['a list that is none', (document) => (document.担保人 = {}), [['/担保人', '/guarantors', 'TYPE']]],
    [
      'two at once',
      ({ 客户, 融资 }) => {
        客户.月收入 = '1.001';
        融资.期数 = '三年';
      },
      [
        ['/客户/月收入', '/applicant/monthlyIncomeFen', 'TOO_PRECISE'],
        ['/融资/期数', '/request/termMonths', 'NOT_A_NUMBER'],
      ],
    ],
  ])('%s', (_what, spoil, expected) => {
    expect(spoilt(spoil)).toEqual(expected);
  });

  it.each([
    ['a number too long to be kept', '{"订单号":1234567890123456789}', 'NUMBER_TOO_LONG'],
    ['no JSON', '{', 'NOT_JSON'],
    ['a key twice', '{"订单号":"a","订单号":"b"}', 'DUPLICATE_KEY'],
  ])('%s is refused before anything is mapped', (_what, body, code) => {
    let found: unknown;
    try {
      readJsonApplication(map, Buffer.from(body), NOW);
    } catch (error) {
      found = (error as { errors: { code: string }[] }).errors[0]?.code;
    }
    expect(found).toBe(code);
  });

  it('a list element without a value is not built, and errors of those after it keep their columns', () => {
    const header = csvMapping(NATIVE_CSV, [
      ...columnsOf(NATIVE_CSV).required,
      'guarantors.1.name',
      'guarantors.1.idNo',
      'guarantors.1.mobile',
    ]);
    if (!header.ok) throw new Error('header');
    const required = columnsOf(NATIVE_CSV).required.map((column) =>
      String(column.split('.').reduce<unknown>((here, step) => (here as Record<string, unknown>)[step], sample)),
    );
    const check = checkMapped(header.map([...required, '李四', '110105194912310021', '13800138000']), NOW);
    expect(check).toMatchObject({
      ok: false,
      errors: expect.arrayContaining([
        expect.objectContaining({
          source: 'guarantors.1.idNo',
          pointer: '/guarantors/0/idNo',
          code: 'RESIDENT_ID_CHECK_DIGIT',
        }),
      ]),
    });
  });

  it.each<[string, (columns: string[]) => string[], string[]]>([
    ['a column that is missing', (columns) => columns.filter((column) => column !== '姓名'), ['MISSING_COLUMN']],
    ['a column that is there twice', (columns) => [...columns, '姓名'], ['DUPLICATE_COLUMN']],
    ['a column nobody knows', (columns) => [...columns, '星座'], ['UNKNOWN_COLUMN']],
    [
      'all three',
      (columns) => [...columns.filter((column) => column !== '手机'), '姓名', '星座'],
      ['DUPLICATE_COLUMN', 'UNKNOWN_COLUMN', 'MISSING_COLUMN'],
    ],
    ['a file without a header', () => asUsedCarsDirect(sample), ['NO_HEADER']],
    [
      'blanks around the names, and none of the unused columns',
      (columns) => columns.filter((column) => column !== '备注').map((column) => ` ${column}`),
      [],
    ],
  ])('header: %s', (_what, change, codes) => {
    const check = csvMapping(SAMPLE_FORMATS['used-cars-direct'], change([...DIRECT_COLUMNS]));
    expect(check.ok ? [] : check.errors.map(({ code }) => code)).toEqual(codes);
  });
});
