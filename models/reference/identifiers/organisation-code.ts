import { type IdentifierResult, refuse } from './result.ts';

type OrganisationCodeCode = 'ORGANISATION_CODE_FORM' | 'ORGANISATION_CODE_CHECK_DIGIT';
export type OrganisationCodeResult = IdentifierResult<object, OrganisationCodeCode>;

const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const FORM = /^[0-9A-Z]{8}-?[0-9X]$/;

/** Check character of the first eight (GB 11714): letters count A=10 … Z=35; 11 − Σ mod 11, where 10 is X and 11 is 0. */
export function organisationCodeCheck(first8: string): string {
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const code = first8.charCodeAt(i);
    sum += (code >= 65 ? code - 55 : code - 48) * WEIGHTS[i]!;
  }
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/** Checks an organisation code 组织机构代码 (GB 11714), with or without its hyphen; `normalised` is written `XXXXXXXX-X`. */
export function validateOrganisationCode(value: string): OrganisationCodeResult {
  const text = value.trim().toUpperCase();
  if (!FORM.test(text))
    return refuse(
      'ORGANISATION_CODE_FORM',
      '组织机构代码应为8位数字或大写字母加1位校验码 (eight letters or digits and a check character)',
    );
  const body = text.slice(0, 8);
  if (organisationCodeCheck(body) !== text.at(-1))
    return refuse('ORGANISATION_CODE_CHECK_DIGIT', '组织机构代码校验码不符 (check digit does not match)');
  return { ok: true, normalised: `${body}-${text.at(-1)!}` };
}
