import { type IdentifierResult, refuse } from './result.ts';

type PlateCode = 'PLATE_LENGTH' | 'PLATE_FORM';
interface Plate {
  /** new-energy plates have eight characters */
  energy: 'fuel-or-unknown' | 'new-energy';
  /** one-character name of the province */
  province: string;
}
export type PlateResult = IdentifierResult<Plate, PlateCode>;

const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]';
const FORM_7 = new RegExp(`^${PROVINCE}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]$`);
const FORM_8 = new RegExp(`^${PROVINCE}[A-HJ-NP-Z](?:[A-HJK][A-HJ-NP-Z0-9]\\d{4}|\\d{5}[A-HJK])$`);
const SEPARATORS = /[\s·•]/g;

/** Checks a number plate 号牌 (GA 36) of seven or, for new-energy cars, eight characters; the dot and blanks are left out. */
export function validatePlate(value: string): PlateResult {
  const text = value.replace(SEPARATORS, '').toUpperCase();
  if (text.length !== 7 && text.length !== 8)
    return refuse('PLATE_LENGTH', '号牌应为7位或8位 (must have seven or eight characters)');
  if (!(text.length === 7 ? FORM_7 : FORM_8).test(text))
    return refuse('PLATE_FORM', '号牌格式不符 (not a plate of a known form)');
  return {
    ok: true,
    normalised: text,
    energy: text.length === 8 ? 'new-energy' : 'fuel-or-unknown',
    province: text[0]!,
  };
}
