/**
 * One-dimensional arrays in Postgres's binary format, as one query parameter each. The driver's own text form escapes every element by
 * regular expressions; for thousands of rows a batch that costs more than the insert. node-postgres sends a Buffer as binary.
 */

const TEXT = 25;
const BYTEA = 17;
const INT8 = 20;
const INT4 = 23;
const HEAD = 20;

/** `text[]`, no nulls. Values must not hold NUL (Postgres refuses it) and be well-formed UTF-16. */
export function textArray(values: readonly string[]): Buffer {
  let room = HEAD;
  for (const value of values) room += 4 + value.length * 3;
  const buffer = head(room, TEXT, values.length);
  let at = HEAD;
  for (const value of values) {
    const size = buffer.write(value, at + 4, 'utf8');
    buffer.writeInt32BE(size, at);
    at += 4 + size;
  }
  return buffer.subarray(0, at);
}

/** `bytea[]`, no nulls. */
export function byteaArray(values: readonly Buffer[]): Buffer {
  const buffer = head(
    values.reduce((room, value) => room + 4 + value.length, HEAD),
    BYTEA,
    values.length,
  );
  let at = HEAD;
  for (const value of values) {
    buffer.writeInt32BE(value.length, at);
    value.copy(buffer, at + 4);
    at += 4 + value.length;
  }
  return buffer;
}

/** `bigint[]` of safe integers. */
export function bigintArray(values: readonly number[]): Buffer {
  const buffer = head(HEAD + values.length * 12, INT8, values.length);
  let at = HEAD;
  for (const value of values) {
    buffer.writeInt32BE(8, at);
    buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), at + 4);
    buffer.writeUInt32BE(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, at + 8);
    at += 12;
  }
  return buffer;
}

/** `integer[]`. */
export function intArray(values: readonly number[]): Buffer {
  const buffer = head(HEAD + values.length * 8, INT4, values.length);
  let at = HEAD;
  for (const value of values) {
    buffer.writeInt32BE(4, at);
    buffer.writeInt32BE(value, at + 4);
    at += 8;
  }
  return buffer;
}

/** Dimensions, has-nulls flag, element type, length, lower bound. */
function head(room: number, elementType: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(room);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(elementType, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
