import { bankCardIssuer, type BankCardIssuer } from '../bank-card-bins.ts';
import { type IdentifierResult, refuse } from './result.ts';

type BankCardCode = 'BANK_CARD_LENGTH' | 'BANK_CARD_CHARACTERS' | 'BANK_CARD_CHECK_DIGIT';
interface BankCard {
  /** by the longest known prefix for a card of this length; null when none is known */
  issuer: BankCardIssuer | null;
}
export type BankCardResult = IdentifierResult<BankCard, BankCardCode>;

const DIGITS = /^\d+$/;

/** Luhn sum modulo 10 (ISO/IEC 7812-1) of a number with its check digit; 0 when it is right. */
export function luhn(digits: string): number {
  let sum = 0;
  let double = false;
  for (let i = digits.length - 1; i >= 0; i--) {
    let value = digits.charCodeAt(i) - 48;
    if (double) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
    double = !double;
  }
  return sum % 10;
}

/** Checks a bank card number 银行卡号: 13–19 digits, Luhn, and names the issuer. Outer blanks are left out, inner ones refused. */
export function validateBankCard(value: string): BankCardResult {
  const text = value.trim();
  if (!DIGITS.test(text)) return refuse('BANK_CARD_CHARACTERS', '银行卡号只能含数字 (digits only)');
  if (text.length < 13 || text.length > 19)
    return refuse('BANK_CARD_LENGTH', '银行卡号应为13至19位 (must have 13 to 19 digits)');
  if (luhn(text) !== 0) return refuse('BANK_CARD_CHECK_DIGIT', '银行卡号校验位不符 (check digit does not match)');
  return { ok: true, normalised: text, issuer: bankCardIssuer(text) };
}
