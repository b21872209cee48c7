import { createHmac, createPublicKey, createVerify, verify as verifyNow } from 'node:crypto';
import {
  isFlaw,
  messageOfRequest,
  newKeyPair,
  readAuthorization,
  SCHEMES,
  signerOf,
  verifierOf,
  writeAuthorization,
  type Scheme,
} from '../../connectors/intake/partners/signing/index.ts';
import { signerHash } from '../../connectors/intake/partners/signing/sm2-sm3.ts';
import { sampleApplication } from '../support/sample-application.ts';

export interface SignatureSideResult {
  /** Requests checked a second on one core: the header read, the canonical string made, the signature verified. */
  hub: number;
  /** The bare call of node:crypto over bytes that are ready. */
  bare: number;
  ratio: number;
}

export interface SignatureBenchResult {
  bodyBytes: number;
  schemes: Record<Scheme, SignatureSideResult>;
}

export interface SignatureBenchOptions {
  /** How long each side of each scheme is measured, milliseconds. */
  milliseconds?: number;
  log?: (line: string) => void;
}

const ROUNDS = 6;

/** Measures how many signed applications a second each scheme lets one core check, against the bare call in the same run, by turns. */
export async function signatureBench({
  milliseconds = 3_000,
  log = () => undefined,
}: SignatureBenchOptions = {}): Promise<SignatureBenchResult> {
  const body = Buffer.from(JSON.stringify(sampleApplication(1)));
  const schemes: Partial<Record<Scheme, SignatureSideResult>> = {};
  for (const scheme of SCHEMES) {
    const sides = await sidesOf(scheme, body);
    const spent = { hub: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round++)
      for (const side of ['hub', 'bare'] as const) spent[side].push(perSecond(sides[side], milliseconds / ROUNDS));
    const [hub, bare] = [median(spent.hub), median(spent.bare)];
    schemes[scheme] = { hub: Math.round(hub), bare: Math.round(bare), ratio: Math.round((hub / bare) * 100) / 100 };
    log(`${scheme}: ${Math.round(hub)}/s, bare ${Math.round(bare)}/s, ratio ${schemes[scheme].ratio}`);
  }
  return { bodyBytes: body.length, schemes: schemes as SignatureBenchResult['schemes'] };
}

async function sidesOf(scheme: Scheme, body: Buffer): Promise<{ hub: () => boolean; bare: () => boolean }> {
  const secret = Buffer.from('a secret of thirty-two characters');
  const pair = scheme === 'HUB1-HMAC-SHA256' ? { publicKey: secret, privateKey: secret } : await newKeyPair(scheme);
  const request = { method: 'POST', target: '/v1/applications', timestamp: '1767229200', nonce: 'n-0001', body };
  const message = Buffer.concat(messageOfRequest(request).map((part) => Buffer.from(part)));
  const signature = signerOf(scheme, pair.privateKey).sign(messageOfRequest(request));
  const header = writeAuthorization({
    scheme,
    app_id: 'bench',
    timestamp: request.timestamp,
    nonce: request.nonce,
    signature: signature.toString('base64'),
  });
  const verifier = verifierOf(scheme, pair.publicKey);
  const hub = (): boolean => {
    const read = readAuthorization(header);
    if (isFlaw(read)) return false;
    return verifier.verify(
      messageOfRequest({
        method: 'POST',
        target: '/v1/applications',
        timestamp: read.timestamp,
        nonce: read.nonce,
        body,
      }),
      Buffer.from(read.signature, 'base64'),
    );
  };
  if (scheme === 'HUB1-HMAC-SHA256')
    return { hub, bare: () => createHmac('sha256', secret).update(message).digest().equals(signature) };
  const publicKey = createPublicKey({ key: pair.publicKey, format: 'der', type: 'spki' });
  if (scheme === 'HUB1-RSA-SHA256') return { hub, bare: () => verifyNow('sha256', message, publicKey, signature) };
  const z = signerHash(publicKey);
  return { hub, bare: () => createVerify('sm3').update(z).update(message).verify(publicKey, signature) };
}

function perSecond(check: () => boolean, milliseconds: number): number {
  const since = performance.now();
  let done = 0;
  for (; performance.now() - since < milliseconds; done += 10)
    for (let n = 0; n < 10; n++) if (!check()) throw new Error('a good signature was refused');
  return (done * 1_000) / (performance.now() - since);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
