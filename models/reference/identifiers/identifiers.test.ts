import { describe, expect, it } from '@jest/globals';
import {
  luhn,
  residentId15To18,
  validateBankCard,
  validateMobile,
  validateOrganisationCode,
  validatePlate,
  validateResidentId,
  validateSocialCreditCode,
  validateVin,
} from './index.ts';

type Check = (value: string) => { ok: true; normalised: string } | { ok: false; code: string; detail: string };

const valid: readonly [string, Check, string, string?][] = [
  ['resident ID', validateResidentId, '11010519491231002X'],
  ['resident ID', validateResidentId, '310101199003077317'],
  ['resident ID, Hong Kong resident', validateResidentId, '810000199001010019'],
  ['resident ID, small x and blanks', validateResidentId, ' 11010519491231002x ', '11010519491231002X'],
  ['resident ID of 15', validateResidentId, '110105491231002', '11010519491231002X'],
  ['resident ID of 15', validateResidentId, '320311770706001', '320311197707060018'],
  ['social credit code', validateSocialCreditCode, '91350100M000100Y43'],
  ['social credit code', validateSocialCreditCode, '911101051234567883'],
  ['organisation code', validateOrganisationCode, 'D2143569-X'],
  ['organisation code', validateOrganisationCode, '12345678-8'],
  ['organisation code', validateOrganisationCode, '00001358-1'],
  ['organisation code without hyphen', validateOrganisationCode, 'd2143569x', 'D2143569-X'],
  ['VIN', validateVin, '1M8GDM9AXKP042788'],
  ['VIN', validateVin, '11111111111111111'],
  ['VIN', validateVin, 'LSVAA49J132012345'],
  ['plate', validatePlate, '京A12345'],
  ['plate', validatePlate, '粤B8F8F8'],
  ['plate', validatePlate, '粤Z1234港'],
  ['plate with its dot', validatePlate, '京A·12345', '京A12345'],
  ['new-energy plate', validatePlate, '沪AD12345'],
  ['new-energy plate', validatePlate, '粤BF12345'],
  ['new-energy plate, large', validatePlate, '京A12345D'],
  ['mobile', validateMobile, '13800138000'],
  ['mobile', validateMobile, '19912345678'],
  ['mobile with country code', validateMobile, '+86 13800138000', '13800138000'],
  ['bank card', validateBankCard, '6222021234567890128'],
  ['bank card', validateBankCard, '6225880123456783'],
];

const invalid: readonly [string, Check, string, string][] = [
  ['resident ID', validateResidentId, '110105194912310021', 'RESIDENT_ID_CHECK_DIGIT'],
  ['resident ID, 30 February', validateResidentId, '110105199002300010', 'RESIDENT_ID_BIRTH_DATE'],
  ['resident ID, no such province', validateResidentId, '99010119900101001X', 'RESIDENT_ID_PROVINCE'],
  ['resident ID, X inside', validateResidentId, '1101051949123X0021', 'RESIDENT_ID_CHARACTERS'],
  ['resident ID, 17 characters', validateResidentId, '11010519491231002', 'RESIDENT_ID_LENGTH'],
  ['resident ID, empty', validateResidentId, '', 'RESIDENT_ID_LENGTH'],
  [
    'resident ID, full-width digits',
    validateResidentId,
    '１１０１０５１９４９１２３１００２Ｘ',
    'RESIDENT_ID_CHARACTERS',
  ],
  ['resident ID of 15, month 13', validateResidentId, '110105491331002', 'RESIDENT_ID_BIRTH_DATE'],
  ['social credit code', validateSocialCreditCode, '91350100M000100Y44', 'SOCIAL_CREDIT_CODE_CHECK_DIGIT'],
  ['social credit code with I', validateSocialCreditCode, '91350100I000100Y43', 'SOCIAL_CREDIT_CODE_CHARACTERS'],
  ['social credit code, short', validateSocialCreditCode, '91350100M000100Y4', 'SOCIAL_CREDIT_CODE_LENGTH'],
  ['organisation code', validateOrganisationCode, 'D2143569-1', 'ORGANISATION_CODE_CHECK_DIGIT'],
  ['organisation code', validateOrganisationCode, '12345678-9', 'ORGANISATION_CODE_CHECK_DIGIT'],
  ['organisation code, short', validateOrganisationCode, '1234567-8', 'ORGANISATION_CODE_FORM'],
  ['VIN with O', validateVin, 'LSVAA49J1320O5067', 'VIN_CHARACTERS'],
  ['VIN of China, wrong check digit', validateVin, 'LSVAA49J232012345', 'VIN_CHECK_DIGIT'],
  ['VIN, short', validateVin, 'LSVAA49J13201234', 'VIN_LENGTH'],
  ['plate with I', validatePlate, '粤BI2345', 'PLATE_FORM'],
  ['plate with O', validatePlate, '京O12345', 'PLATE_FORM'],
  ['new-energy plate', validatePlate, '京AL12345', 'PLATE_FORM'],
  ['new-energy plate', validatePlate, '沪AI12345', 'PLATE_FORM'],
  ['plate, short', validatePlate, '京A1234', 'PLATE_LENGTH'],
  ['mobile', validateMobile, '12800138000', 'MOBILE_FORM'],
  ['mobile, short', validateMobile, '1380013800', 'MOBILE_FORM'],
  ['mobile with blanks', validateMobile, '138 0013 8000', 'MOBILE_FORM'],
  ['bank card', validateBankCard, '6222021234567890120', 'BANK_CARD_CHECK_DIGIT'],
  ['bank card', validateBankCard, '4111111111111112', 'BANK_CARD_CHECK_DIGIT'],
  ['bank card of 12', validateBankCard, '000000000000', 'BANK_CARD_LENGTH'],
  ['bank card of 20', validateBankCard, '62220212345678901280', 'BANK_CARD_LENGTH'],
  ['bank card with blanks', validateBankCard, '6225 8801 2345 6783', 'BANK_CARD_CHARACTERS'],
];

describe('identifiers of docs/domain.md §1', () => {
  it.each(valid)('%s is valid: %p %s', (_what, check, value, normalised = value) => {
    expect(check(value)).toMatchObject({ ok: true, normalised });
  });

  it.each(invalid)('%s is refused: %p %s', (_what, check, value, code) => {
    const result = check(value);
    expect(result).toMatchObject({ ok: false, code });
    if (!result.ok && value !== '') expect(result.detail).not.toContain(value);
  });
});

describe('what follows from an identifier', () => {
  it('birth date, sex and region from a resident ID', () => {
    expect(validateResidentId('11010519491231002X')).toMatchObject({
      birthDate: '1949-12-31',
      sex: 'F',
      region: '110105',
    });
    expect(validateResidentId('310101199003077317')).toMatchObject({
      birthDate: '1990-03-07',
      sex: 'M',
      region: '310101',
    });
    expect(residentId15To18('320311770706001')).toBe('320311197707060018');
  });

  it('a birth date is accepted up to the day asked about', () => {
    expect(validateResidentId('310101199003077317', '1990-03-07').ok).toBe(true);
    expect(validateResidentId('310101199003077317', '1990-03-06')).toMatchObject({
      ok: false,
      code: 'RESIDENT_ID_BIRTH_DATE',
    });
  });

  it('the organisation code inside a social credit code', () => {
    expect(validateSocialCreditCode('91350100M000100Y43')).toMatchObject({
      region: '350100',
      organisationCode: 'M000100Y-4',
      organisationCodeOk: true,
    });
    expect(validateSocialCreditCode('911101051234567883')).toMatchObject({
      organisationCode: '12345678-8',
      organisationCodeOk: true,
    });
  });

  it('an imported car without a right check digit is flagged, not refused', () => {
    expect(validateVin('1M8GDM9A1KP042788')).toMatchObject({
      ok: true,
      checkDigitOk: false,
      imported: true,
      wmi: '1M8',
    });
    expect(validateVin('1M8GDM9AXKP042788')).toMatchObject({ ok: true, checkDigitOk: true, imported: true });
  });

  it.each([
    ['6222021234567890128', { code: 'ICBC', name: '中国工商银行', cardType: 'debit' }],
    ['6225880123456783', { code: 'CMB', name: '招商银行', cardType: 'debit' }],
    ['622303000000000005', { code: 'ICBC', name: '中国工商银行', cardType: 'debit' }],
    ['6223030000000005', { code: 'NJCB', name: '南京银行', cardType: 'credit' }],
    ['4242424242424242', null],
  ])('issuer of %s', (no, issuer) => {
    expect(validateBankCard(no)).toMatchObject({ ok: true, issuer });
  });

  it('the longest prefix names the issuer: 62249802 is another bank than the rest of 622498', () => {
    const issuerOf = (first18: string) => validateBankCard(first18 + String((10 - luhn(`${first18}0`)) % 10));
    expect(issuerOf('622498020000000000')).toMatchObject({ ok: true, issuer: { code: 'QHDCCB' } });
    expect(issuerOf('622498030000000000')).toMatchObject({ ok: true, issuer: { code: 'BHB' } });
  });
});
