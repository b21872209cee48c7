import { HttpError } from '../../../../platform/edge/http/index.ts';

interface Known {
  type: string;
  /** Other names of it in Content-Type. */
  aliases?: readonly string[];
  matches(head: Buffer): boolean;
}

const starts =
  (...beginnings: readonly string[]) =>
  (head: Buffer): boolean =>
    beginnings.some((hex) => head.subarray(0, hex.length / 2).equals(Buffer.from(hex, 'hex')));
const ascii = (head: Buffer, from: number, to: number): string => head.toString('latin1', from, to);

/** What documents come as. The first bytes say what a file is; its Content-Type only what the sender believes. */
const KNOWN: readonly Known[] = [
  { type: 'application/pdf', matches: starts('255044462d') },
  { type: 'image/jpeg', aliases: ['image/jpg'], matches: starts('ffd8ff') },
  { type: 'image/png', matches: starts('89504e470d0a1a0a') },
  { type: 'image/tiff', matches: starts('49492a00', '4d4d002a') },
  { type: 'image/webp', matches: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP' },
  // Photographs of telephones; the brand tells them from films, which begin the same way.
  {
    type: 'image/heic',
    aliases: ['image/heif'],
    matches: (head) =>
      ascii(head, 4, 8) === 'ftyp' && ['heic', 'heix', 'heim', 'heis', 'mif1'].includes(ascii(head, 8, 12)),
  },
];

export const MEDIA_TYPES = KNOWN.map(({ type }) => type);

/** The media type a Content-Type names; throws HttpError 415 for one that is not accepted here. */
export function declaredType(contentType: string | undefined): string {
  const given = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const known = KNOWN.find(({ type, aliases }) => type === given || aliases?.includes(given) === true);
  if (known === undefined) throw refusal('MEDIA_TYPE', `Content-Type must be one of ${MEDIA_TYPES.join(', ')}`);
  return known.type;
}

/** Checks the content against what was declared. Throws HttpError 415. */
export function assertType(declared: string, content: Buffer): void {
  const is = KNOWN.find(({ matches }) => matches(content))?.type;
  if (is !== declared)
    throw refusal(
      'TYPE_MISMATCH',
      `By its first bytes the content is ${is ?? 'none of the types accepted here'}, not ${declared}`,
    );
}

function refusal(code: string, detail: string): HttpError {
  return new HttpError(415, code, detail, [{ pointer: '/headers/content-type', code, detail }]);
}
