/** What is wrong with one place of a policy that fits its schema: JSON pointer, stable code, a sentence. */
export interface PolicyFlaw {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}
