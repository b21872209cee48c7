import { createPrivateKey, createPublicKey } from 'node:crypto';
import {
  signerOf,
  verifierOf,
  type BodyCipher,
  type Scheme,
  type Signer,
  type Verifier,
} from '../partners/signing/index.ts';

/** What a partner signs with, as `hub partners add` and `rotate` hand it over. */
export type PartnerCredentials = {
  appId: string;
  /** Set: bodies are encrypted both ways. base64. */
  body?: { cipher: BodyCipher; key: string };
} & (
  | { scheme: 'HUB1-HMAC-SHA256'; secret: string }
  /** The partner's own private key and the hub's public key, both PEM. */
  | { scheme: Exclude<Scheme, 'HUB1-HMAC-SHA256'>; privateKey: string; hubPublicKey: string }
);

/** Credentials ready for use. */
export interface OpenCredentials {
  appId: string;
  signer: Signer;
  /** Checks what the hub signs. */
  verifier: Verifier;
  body: { cipher: BodyCipher; key: Buffer } | undefined;
}

/** Reads credentials once. Throws what node:crypto throws when a key cannot be read. */
export function openCredentials(credentials: PartnerCredentials): OpenCredentials {
  const { appId, scheme } = credentials;
  const body =
    credentials.body === undefined
      ? undefined
      : { cipher: credentials.body.cipher, key: Buffer.from(credentials.body.key, 'base64') };
  if (scheme === 'HUB1-HMAC-SHA256') {
    const secret = Buffer.from(credentials.secret);
    return { appId, body, signer: signerOf(scheme, secret), verifier: verifierOf(scheme, secret) };
  }
  const privateKey = createPrivateKey(credentials.privateKey).export({ format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(credentials.hubPublicKey).export({ format: 'der', type: 'spki' });
  return { appId, body, signer: signerOf(scheme, privateKey), verifier: verifierOf(scheme, publicKey) };
}
