import { type IdentifierResult, refuse } from './result.ts';

type MobileCode = 'MOBILE_FORM';
export type MobileResult = IdentifierResult<object, MobileCode>;

const FORM = /^(?:\+86[ -]?)?(1[3-9]\d{9})$/;

/** Checks a mainland mobile number 手机号; the country code +86 is stripped, blanks inside the number are refused. */
export function validateMobile(value: string): MobileResult {
  const match = FORM.exec(value.trim());
  return match === null
    ? refuse('MOBILE_FORM', '手机号应为1开头的11位数字 (eleven digits, 13… to 19…)')
    : { ok: true, normalised: match[1]! };
}
