import { organisationCodeCheck } from './organisation-code.ts';
import { type IdentifierResult, refuse } from './result.ts';

type SocialCreditCodeCode =
  'SOCIAL_CREDIT_CODE_LENGTH' | 'SOCIAL_CREDIT_CODE_CHARACTERS' | 'SOCIAL_CREDIT_CODE_CHECK_DIGIT';
interface SocialCreditCode {
  /** six digits: the registering authority's region */
  region: string;
  /** positions 9–17, written `XXXXXXXX-X` */
  organisationCode: string;
  /** whether that organisation code carries its own right check character; flagged, not refused */
  organisationCodeOk: boolean;
}
export type SocialCreditCodeResult = IdentifierResult<SocialCreditCode, SocialCreditCodeCode>;

const CHARSET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const FORM = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
const VALUE = new Map([...CHARSET].map((character, index) => [character, index]));

/** Check character of the first 17 (GB 32100, ISO 7064 MOD 31-3). */
export function socialCreditCodeCheck(first17: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += VALUE.get(first17[i]!)! * WEIGHTS[i]!;
  return CHARSET[(31 - (sum % 31)) % 31]!;
}

/** Checks a unified social credit code 统一社会信用代码 (GB 32100); outer blanks and small letters are put right. */
export function validateSocialCreditCode(value: string): SocialCreditCodeResult {
  const text = value.trim().toUpperCase();
  if (text.length !== 18)
    return refuse('SOCIAL_CREDIT_CODE_LENGTH', '统一社会信用代码应为18位 (must have 18 characters)');
  if (!FORM.test(text))
    return refuse(
      'SOCIAL_CREDIT_CODE_CHARACTERS',
      '统一社会信用代码含非法字符 (no I, O, S, V, Z; positions 3–8 are digits)',
    );
  if (socialCreditCodeCheck(text) !== text[17])
    return refuse('SOCIAL_CREDIT_CODE_CHECK_DIGIT', '统一社会信用代码校验码不符 (check digit does not match)');
  const body = text.slice(8, 16);
  return {
    ok: true,
    normalised: text,
    region: text.slice(2, 8),
    organisationCode: `${body}-${text[16]!}`,
    organisationCodeOk: organisationCodeCheck(body) === text[16],
  };
}
