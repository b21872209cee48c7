import { type IdentifierResult, refuse } from './result.ts';

type VinCode = 'VIN_LENGTH' | 'VIN_CHARACTERS' | 'VIN_CHECK_DIGIT';
interface Vin {
  /** position 9 holds the check digit; only an imported car may have it wrong */
  checkDigitOk: boolean;
  /** world manufacturer identifier, the first three characters */
  wmi: string;
  /** the WMI is not of China (L): such a car may lack the check digit */
  imported: boolean;
}
export type VinResult = IdentifierResult<Vin, VinCode>;

const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const FORM = /^[0-9A-HJ-NPR-Z]{17}$/;
/** Value of each character by its code: A1–H8, J1 K2 L3 M4 N5 P7 R9, S2–Z9. */
const VALUE: readonly number[] = (() => {
  const table = new Array<number>(91).fill(0);
  for (let digit = 0; digit <= 9; digit++) table[48 + digit] = digit;
  const letters: Record<string, number> = {
    A: 1,
    B: 2,
    C: 3,
    D: 4,
    E: 5,
    F: 6,
    G: 7,
    H: 8,
    J: 1,
    K: 2,
    L: 3,
    M: 4,
    N: 5,
    P: 7,
    R: 9,
    S: 2,
    T: 3,
    U: 4,
    V: 5,
    W: 6,
    X: 7,
    Y: 8,
    Z: 9,
  };
  for (const [letter, value] of Object.entries(letters)) table[letter.charCodeAt(0)] = value;
  return table;
})();

/** Check character of a VIN's 17 characters (GB 16735); what stands in position 9 itself counts nothing. */
export function vinCheck(vin: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += VALUE[vin.charCodeAt(i)]! * WEIGHTS[i]!;
  const rest = sum % 11;
  return rest === 10 ? 'X' : String(rest);
}

/**
 * Checks a vehicle identification number 车辆识别代号 (GB 16735). The form always decides; a wrong check digit refuses a car made in
 * China (WMI L…, where the standard makes it mandatory) and only flags an imported one (`checkDigitOk: false`).
 */
export function validateVin(value: string): VinResult {
  const text = value.trim().toUpperCase();
  if (text.length !== 17) return refuse('VIN_LENGTH', '车辆识别代号应为17位 (must have 17 characters)');
  if (!FORM.test(text))
    return refuse('VIN_CHARACTERS', '车辆识别代号只能含数字和除I、O、Q外的字母 (digits and letters except I, O, Q)');
  const checkDigitOk = vinCheck(text) === text[8];
  const imported = text[0] !== 'L';
  if (!checkDigitOk && !imported)
    return refuse('VIN_CHECK_DIGIT', '车辆识别代号第9位校验码不符 (check digit in position 9 does not match)');
  return { ok: true, normalised: text, checkDigitOk, wmi: text.slice(0, 3), imported };
}
