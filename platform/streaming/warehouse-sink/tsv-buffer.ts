const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const ESCAPES: Readonly<Record<number, number>> = {
  0x08: 0x62,
  0x09: 0x74,
  0x0a: 0x6e,
  0x0c: 0x66,
  0x0d: 0x72,
  0x00: 0x30,
  [BACKSLASH]: BACKSLASH,
};

/** A growing buffer of TabSeparated rows; used again after `clear`. */
export class TsvBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(initialBytes = 65_536) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written; valid until the next write. */
  view(from = 0): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Takes back everything written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Bytes that need no escaping, with the tab that ends a field where there is one. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A short ASCII text that needs no escaping, as a field. */
  ascii(text: string): void {
    this.#reserve(text.length + 1);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
    this.#bytes[this.#length++] = TAB;
  }

  /** Fields that are escaped already, as the end of the row. */
  line(text: string): void {
    this.#reserve(text.length * 3 + 1);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
    this.#bytes[this.#length++] = NEWLINE;
  }

  /** Any bytes as a field. JSON as JSON.stringify makes it has nothing to escape but backslashes. */
  field(bytes: Uint8Array): void {
    this.#escaped(bytes);
    this.#bytes[this.#length++] = TAB;
  }

  /** Any bytes as the last field of the row. */
  lastField(bytes: Uint8Array): void {
    this.#escaped(bytes);
    this.#bytes[this.#length++] = NEWLINE;
  }

  text(value: string): void {
    this.field(Buffer.from(value, 'utf8'));
  }

  #escaped(bytes: Uint8Array): void {
    const size = bytes.length;
    // Twice the size, should every byte need an escape, and the byte that ends the field.
    this.#reserve(size * 2 + 1);
    let clean = true;
    for (let i = 0; i < size; i++) {
      const byte = bytes[i] as number;
      if (byte < 0x20 || byte === BACKSLASH) {
        clean = false;
        break;
      }
    }
    if (clean) {
      this.#bytes.set(bytes, this.#length);
      this.#length += size;
      return;
    }
    const out = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < size; i++) {
      const byte = bytes[i] as number;
      const escape = byte < 0x20 || byte === BACKSLASH ? ESCAPES[byte] : undefined;
      if (escape !== undefined) out[at++] = BACKSLASH;
      out[at++] = escape ?? byte;
    }
    this.#length = at;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, needed));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
