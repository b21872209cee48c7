import type { FieldError } from '../../../platform/kernel/errors.ts';
import { DEFAULT_LIMITS, HttpError, parseStrictJson } from '../../../platform/edge/http/index.ts';
import { validateApplication, type ValidApplication } from '../api/single/validate-application.ts';
import type { Mapped, MappedError } from './compile-format.ts';

const NATIVE_LIMITS = { ...DEFAULT_LIMITS, maxDepth: 12, maxItems: 1_000, integersOnly: true };
/** A partner may send yuan with decimals. */
export const PARTNER_LIMITS = { ...NATIVE_LIMITS, integersOnly: false };

export type MappedCheck = { ok: true; application: ValidApplication } | { ok: false; errors: MappedError[] };

/** A JSON body as an application: by the partner's own mapping, or as the application form itself. Throws HttpError 400 when it is no JSON. */
export function readJsonApplication(
  map: ((document: unknown) => Mapped) | undefined,
  body: Buffer,
  nowMs: number,
): { ok: true; application: ValidApplication } | { ok: false; errors: FieldError[] } {
  if (map === undefined) return validateApplication(parseStrictJson(body, NATIVE_LIMITS), nowMs);
  const document = parseStrictJson(body, PARTNER_LIMITS);
  refuseLongNumbers(body.toString('utf8'));
  return checkMapped(map(document), nowMs);
}

/** Checks a mapped form as any application is checked; errors name the partner's field too, and each field has one kind of error only. */
export function checkMapped({ form, errors, sourceOf }: Mapped, nowMs: number): MappedCheck {
  const check = validateApplication(form, nowMs);
  if (check.ok && errors.length === 0) return check;
  const isNew = (pointer: string): boolean =>
    !errors.some(
      (error) => error.pointer !== '' && (pointer === error.pointer || pointer.startsWith(`${error.pointer}/`)),
    );
  const further = check.ok
    ? []
    : check.errors
        .filter(({ pointer }) => isNew(pointer))
        .map((error): MappedError => ({ ...error, source: sourceOf(error.pointer) }));
  return { ok: false, errors: [...errors, ...further] };
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs;
/** So many significant digits a number of JSON keeps for certain. */
const KEPT_DIGITS = 15;

/** An order number or an amount of more digits would silently become another one. */
export function refuseLongNumbers(text: string): void {
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || token.replace(/^-?[0.]*/, '').replace(/[^\d]/g, '').length <= KEPT_DIGITS) continue;
    const detail = `A number with more than ${KEPT_DIGITS} digits loses some of them in JSON: send it as text`;
    throw new HttpError(400, 'MALFORMED_JSON', detail, [{ pointer: '', code: 'NUMBER_TOO_LONG', detail }]);
  }
}
