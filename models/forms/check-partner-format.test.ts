import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { checkPartnerFormat } from './check-partner-format.ts';
import { NATIVE_CSV } from './native-csv.ts';
import { PartnerFormat } from './partner-format.ts';
import { SAMPLE_FORMATS } from './samples/index.ts';

const validate = new Ajv({ strict: false, allErrors: true }).compile(PartnerFormat);
const csv = SAMPLE_FORMATS['used-cars-direct'];
const json = SAMPLE_FORMATS['dealer-west'];
/** The format with one field of it replaced, or taken out. */
const withField = (format: PartnerFormat, to: string, change: object | undefined): PartnerFormat => ({
  ...format,
  fields: format.fields.flatMap((field) =>
    field.to !== to ? [field] : change === undefined ? [] : [{ to, ...change }],
  ),
});
const adding = (format: PartnerFormat, ...fields: PartnerFormat['fields']): PartnerFormat => ({
  ...format,
  fields: [...format.fields, ...fields],
});
const codes = (format: PartnerFormat, name: string, list: object): PartnerFormat => ({
  ...format,
  codes: { ...format.codes, [name]: list as { values: Record<string, string> } },
});

describe('a partner’s format', () => {
  it.each(Object.entries({ ...SAMPLE_FORMATS, native: NATIVE_CSV }))(
    '%s fits its schema and is sound',
    (_name, format) => {
      validate(format);
      expect(validate.errors ?? []).toEqual([]);
      expect(checkPartnerFormat(format)).toEqual([]);
    },
  );

  it.each<[string, PartnerFormat, string, string]>([
    ['a required field nothing fills', withField(csv, '/applicant/name', undefined), '/fields', 'REQUIRED'],
    [
      'a required field of a list element it builds',
      withField(csv, '/guarantors/0/mobile', undefined),
      '/fields',
      'REQUIRED',
    ],
    [
      'a required field of every element of a list',
      { ...json, lists: json.lists!.map((list) => ({ ...list, fields: list.fields.slice(1) })) },
      '/fields',
      'REQUIRED',
    ],
    ['no consents at all', { ...json, lists: json.lists!.slice(1) }, '/fields', 'REQUIRED'],
    [
      'a field the form does not have',
      adding(csv, { to: '/applicant/shoeSize', from: '鞋码' }),
      '/fields/35/to',
      'UNKNOWN_TARGET',
    ],
    ['a target twice', adding(csv, { to: '/applicant/name', from: '姓名' }), '/fields/35/to', 'DUPLICATE_TARGET'],
    [
      'a list filled as a whole and by element',
      adding(json, { to: '/guarantors/0/name', from: '/保人' }),
      '/lists/1/to',
      'DUPLICATE_TARGET',
    ],
    [
      'a gap in a list',
      {
        ...csv,
        fields: csv.fields.map((field) => ({ ...field, to: field.to.replace('/consents/1/', '/consents/2/') })),
      },
      '/fields',
      'GAP',
    ],
    ['two sources', withField(csv, '/applicant/name', { from: '姓名', constant: '张三' }), '/fields/2', 'SOURCE'],
    ['no source', withField(csv, '/applicant/name', {}), '/fields/2', 'SOURCE'],
    [
      'money without a unit',
      withField(csv, '/vehicle/priceFen', { from: '成交价(万元)' }),
      '/fields/23',
      'UNIT_MISSING',
    ],
    [
      'money in years',
      withField(csv, '/vehicle/priceFen', { from: '成交价(万元)', unit: 'years' }),
      '/fields/23/unit',
      'NOT_ALLOWED',
    ],
    [
      'kilometres in yuan',
      withField(csv, '/vehicle/mileageKm', { from: '里程(公里)', unit: 'yuan' }),
      '/fields/27/unit',
      'NOT_ALLOWED',
    ],
    [
      'kilometres in years',
      withField(csv, '/vehicle/mileageKm', { from: '里程(公里)', unit: 'years' }),
      '/fields/27/unit',
      'NOT_ALLOWED',
    ],
    [
      'a unit of a text',
      withField(csv, '/applicant/name', { from: '姓名', unit: 'yuan' }),
      '/fields/2/unit',
      'IN_VAIN',
    ],
    [
      'a percentage of nothing',
      withField(csv, '/request/amountFen', { from: '成数', unit: 'percent' }),
      '/fields/28',
      'OF_MISSING',
    ],
    [
      'a percentage of what is no money',
      withField(csv, '/request/amountFen', { from: '成数', unit: 'percent', of: '/request/termMonths' }),
      '/fields/28/of',
      'UNKNOWN_TARGET',
    ],
    [
      'a percentage of an amount of a list',
      withField(csv, '/request/amountFen', { from: '成数', unit: 'percent', of: '/request/addOns/0/priceFen' }),
      '/fields/28/of',
      'NOT_ALLOWED',
    ],
    ['a choice without codes', withField(csv, '/vehicle/kind', { from: '车况' }), '/fields/19', 'CODES_MISSING'],
    [
      'a code list that is not there',
      withField(csv, '/vehicle/kind', { from: '车况', codes: '车' }),
      '/fields/19/codes',
      'UNKNOWN_CODE_LIST',
    ],
    ['a code list that leaves a value out', codes(csv, '车况', { values: { 旧: 'used' } }), '/codes/车况', 'NOT_TOTAL'],
    [
      'a code that becomes nothing of ours',
      codes(csv, '车况', { values: { 新: 'new', 旧: 'old' } }),
      '/codes/车况',
      'NOT_ALLOWED',
    ],
    [
      'a default that is nothing of ours',
      codes(csv, '燃料', { values: { 电: 'new-energy' }, otherwise: 'petrol' }),
      '/codes/燃料',
      'NOT_ALLOWED',
    ],
    [
      'a value named as unused that a code becomes',
      codes(csv, '车况', { values: { 新: 'new', 旧: 'used' }, unused: ['new'] }),
      '/codes/车况/unused',
      'NOT_ALLOWED',
    ],
    ['a code list nothing uses', codes(csv, '颜色', { values: { 红: 'red' } }), '/codes/颜色', 'IN_VAIN'],
    [
      'a constant that is no value of the field',
      withField(csv, '/applicant/consents/0/version', { constant: '2026 年' }),
      '/fields/11/constant',
      'NOT_ALLOWED',
    ],
    [
      'a default that is no value of the field',
      withField(csv, '/applicant/monthlyDebtFen', { from: '月还款(元)', unit: 'yuan', default: -1 }),
      '/fields/6/default',
      'NOT_ALLOWED',
    ],
    [
      'a date without a pattern',
      withField(csv, '/vehicle/firstRegistered', { from: '上牌日期' }),
      '/fields/26',
      'PATTERN_MISSING',
    ],
    [
      'a pattern without a day',
      withField(csv, '/vehicle/firstRegistered', { from: '上牌日期', pattern: 'YYYY-MM' }),
      '/fields/26/pattern',
      'FORM',
    ],
    [
      'a time without a time of day',
      withField(csv, '/applicant/consents/0/at', { from: '征信授权', pattern: 'YYYYMMDD' }),
      '/fields/12/pattern',
      'NOT_ALLOWED',
    ],
    ['a list in CSV', { ...csv, lists: json.lists!.slice(1, 2) }, '/lists/0', 'NOT_IN_CSV'],
    ['a source that is no pointer', withField(json, '/applicant/name', { from: '姓名' }), '/fields/2', 'FORM'],
    ['a source that is ignored', withField(csv, '/applicant/name', { from: '备注' }), '/fields/2', 'IGNORED'],
    [
      'an optional column nothing uses',
      { ...csv, input: { kind: 'csv', encoding: 'gbk', optional: ['颜色'] } },
      '/input/optional/0',
      'IN_VAIN',
    ],
  ])('is refused for %s', (_what, format, pointer, code) => {
    validate(format);
    expect(validate.errors ?? []).toEqual([]);
    expect(checkPartnerFormat(format).map((flaw) => [flaw.pointer, flaw.code])).toContainEqual([pointer, code]);
  });

  it('may leave out values it names as unused', () => {
    expect(checkPartnerFormat(codes(csv, '车况', { values: { 旧: 'used' }, unused: ['new'] }))).toEqual([]);
  });
});
