/** Identifiers of people, companies, cars and cards: checked by their standards (docs/domain.md §1), pure and fast. */
export type { IdentifierResult } from './result.ts';
export { residentId15To18, residentIdCheck, validateResidentId, type ResidentIdResult } from './resident-id.ts';
export { socialCreditCodeCheck, validateSocialCreditCode, type SocialCreditCodeResult } from './social-credit-code.ts';
export { organisationCodeCheck, validateOrganisationCode, type OrganisationCodeResult } from './organisation-code.ts';
export { validateVin, vinCheck, type VinResult } from './vin.ts';
export { validatePlate, type PlateResult } from './plate.ts';
export { validateMobile, type MobileResult } from './mobile.ts';
export { luhn, validateBankCard, type BankCardResult } from './bank-card.ts';
