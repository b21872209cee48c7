import { formatDate, isCalendarDay } from '../dates.ts';
import { type IdentifierResult, refuse } from './result.ts';

type ResidentIdCode =
  | 'RESIDENT_ID_LENGTH'
  | 'RESIDENT_ID_CHARACTERS'
  | 'RESIDENT_ID_PROVINCE'
  | 'RESIDENT_ID_BIRTH_DATE'
  | 'RESIDENT_ID_CHECK_DIGIT';
interface ResidentId {
  /** `YYYY-MM-DD` */
  birthDate: string;
  sex: 'F' | 'M';
  /** first six digits: where the number was issued, possibly a code withdrawn since */
  region: string;
}
export type ResidentIdResult = IdentifierResult<ResidentId, ResidentIdCode>;

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';
const FORM_18 = /^\d{17}[\dX]$/;
const FORM_15 = /^\d{15}$/;

/** Province prefixes of GB/T 2260, with 81, 82, 83 of the residence permits for Hong Kong, Macao and Taiwan residents. */
const PROVINCES: ReadonlySet<string> = new Set([
  '11',
  '12',
  '13',
  '14',
  '15',
  '21',
  '22',
  '23',
  '31',
  '32',
  '33',
  '34',
  '35',
  '36',
  '37',
  '41',
  '42',
  '43',
  '44',
  '45',
  '46',
  '50',
  '51',
  '52',
  '53',
  '54',
  '61',
  '62',
  '63',
  '64',
  '65',
  '71',
  '81',
  '82',
  '83',
]);

/** Check character of the first 17 digits (GB 11643, ISO 7064 MOD 11-2). */
export function residentIdCheck(first17: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (first17.charCodeAt(i) - 48) * WEIGHTS[i]!;
  return CHECKS[sum % 11]!;
}

/** A 15-digit number of the first generation as 18 characters: the century `19` put in, the check character appended. */
export function residentId15To18(digits15: string): string {
  const first17 = `${digits15.slice(0, 6)}19${digits15.slice(6)}`;
  return first17 + residentIdCheck(first17);
}

/**
 * Checks a resident ID number 身份证号 (GB 11643), 18 characters or the 15 digits of the first generation, and derives birth date,
 * sex and region. Outer blanks and a small x are put right; `normalised` always has 18 characters.
 * With `asOf` (`YYYY-MM-DD`) a birth date after that day is refused as well.
 */
export function validateResidentId(value: string, asOf?: string): ResidentIdResult {
  const text = value.trim().toUpperCase();
  if (text.length !== 18 && text.length !== 15)
    return refuse('RESIDENT_ID_LENGTH', '身份证号应为18位或15位 (must have 18 or 15 characters)');
  if (!(text.length === 18 ? FORM_18 : FORM_15).test(text)) {
    return refuse('RESIDENT_ID_CHARACTERS', '身份证号含非法字符 (digits only, X allowed in the last place)');
  }
  const id = text.length === 18 ? text : residentId15To18(text);
  if (!PROVINCES.has(id.slice(0, 2)))
    return refuse('RESIDENT_ID_PROVINCE', '身份证号前两位不是有效的省级代码 (unknown province prefix)');
  const year = Number(id.slice(6, 10));
  const month = Number(id.slice(10, 12));
  const day = Number(id.slice(12, 14));
  const birthDate = formatDate(year, month, day);
  if (year < 1850 || !isCalendarDay(year, month, day) || (asOf !== undefined && birthDate > asOf)) {
    return refuse('RESIDENT_ID_BIRTH_DATE', '身份证号中的出生日期无效 (the birth date in it is not a real past date)');
  }
  if (residentIdCheck(id) !== id[17])
    return refuse('RESIDENT_ID_CHECK_DIGIT', '身份证号校验码不符 (check digit does not match)');
  return {
    ok: true,
    normalised: id,
    birthDate,
    sex: (id.charCodeAt(16) - 48) % 2 === 1 ? 'M' : 'F',
    region: id.slice(0, 6),
  };
}
