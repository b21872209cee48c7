/** Identifiers of people, companies, cars and cards: checked by their standards (docs/domain.md §1), pure and fast. */
export { residentId15To18, residentIdCheck, validateResidentId } from './resident-id.ts';
export { socialCreditCodeCheck, validateSocialCreditCode } from './social-credit-code.ts';
export { organisationCodeCheck, validateOrganisationCode } from './organisation-code.ts';
export { validateVin, vinCheck } from './vin.ts';
export { validatePlate } from './plate.ts';
export { validateMobile } from './mobile.ts';
export { luhn, validateBankCard } from './bank-card.ts';
