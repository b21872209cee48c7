/** GBK code of each character: the decoder of the platform, turned round. Two bytes that no character has are left out. */
const CODES: ReadonlyMap<string, number> = (() => {
  const codes = new Map<string, number>();
  const decoder = new TextDecoder('gbk');
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\uFFFD' && !codes.has(character))
        codes.set(character, (lead << 8) | trail);
    }
  return codes;
})();

/** Text in GBK, as Windows programs in China write files. Throws for a character that GBK does not have. */
export function toGbk(text: string): Buffer {
  const bytes = Buffer.alloc(text.length * 2);
  let at = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) bytes[at++] = code;
    else {
      const pair = CODES.get(character);
      if (pair === undefined) throw new RangeError(`GBK has no ${character}`);
      at = bytes.writeUInt16BE(pair, at);
    }
  }
  return bytes.subarray(0, at);
}
