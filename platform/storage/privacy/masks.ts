/** What anyone may see of a person's data (docs/domain.md §7): enough to recognise it, too little to use it. Pure. */

/** 张三 → 张*, 欧阳娜娜 → 欧*** : the first character stays. */
export function maskName(name: string): string {
  const characters = [...name];
  return (characters[0] ?? '') + '*'.repeat(Math.max(1, characters.length - 1));
}

/** 13800138000 → 138****8000. Expects the normalised eleven digits. */
export function maskMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}

/** ID and card numbers: the first six and the last four stay. */
export function maskNumber(number: string): string {
  return `${number.slice(0, 6)}${'*'.repeat(Math.max(4, number.length - 10))}${number.slice(-4)}`;
}

/**
 * An ID number inside the hub: only the region stays. Beside it lies the birth date, which the rules need; with the last four digits as well anyone
 * could put the whole number together, also after the person is erased. Pages show `maskNumber`, out of the ciphertext.
 */
export function maskIdNumberInside(idNo: string): string {
  return `${idNo.slice(0, 6)}${'*'.repeat(idNo.length - 6)}`;
}

/** Of the detail of an address nothing stays: its region is kept beside it. */
export function maskAddress(): string {
  return '****';
}

/** 1990-05-31 → 1990-**-**: beside the mask of an ID number the whole date would give the number away. */
export function maskBirthDate(date: string): string {
  return `${date.slice(0, 4)}-**-**`;
}
