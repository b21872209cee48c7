/**
 * Outcome of checking one identifier: valid with what follows from it, or refused with a stable code. `detail` never repeats the
 * value itself (it may be personal data), so it can go into answers and logs as it is.
 */
export type IdentifierResult<Derived extends object, Code extends string> =
  ({ ok: true; normalised: string } & Derived) | { ok: false; code: Code; detail: string };

/** A refusal. */
export function refuse<Code extends string>(code: Code, detail: string): { ok: false; code: Code; detail: string } {
  return { ok: false, code, detail };
}
