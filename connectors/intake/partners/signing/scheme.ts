/** The signatures of the partner API (docs/domain.md §7); each key belongs to exactly one of them. */
export const SCHEMES = ['HUB1-HMAC-SHA256', 'HUB1-RSA-SHA256', 'HUB1-SM2-SM3'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** A message as its parts, signed one after the other without being joined. */
export type Message = readonly (string | Uint8Array)[];

/** A message that comes in pieces, such as a file that is never whole in memory. */
export interface RunningVerification {
  update(bytes: Uint8Array): void;
  /** Whether the signature is that of everything given; ends it. */
  matches(signature: Uint8Array): boolean;
}

/** The side that checks. Never throws for a signature, however malformed. */
export interface Verifier {
  readonly scheme: Scheme;
  verify(message: Message, signature: Uint8Array): boolean;
  begin(): RunningVerification;
}

/** The side that signs. */
export interface Signer {
  readonly scheme: Scheme;
  sign(message: Message): Buffer;
}

export function isScheme(text: string): text is Scheme {
  return (SCHEMES as readonly string[]).includes(text);
}
