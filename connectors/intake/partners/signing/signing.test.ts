import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign as signNow,
} from 'node:crypto';
import {
  decryptBody,
  encryptBody,
  messageOfAnswer,
  messageOfRequest,
  newBodyKey,
  newKeyPair,
  pemOf,
  readPublicKey,
  signerOf,
  verifierOf,
  BODY_CIPHERS,
  SCHEMES,
  type Scheme,
  type Verifier,
} from './index.ts';
import { sm2KeyOfPoint } from './sm2-key.ts';
import { signerHash, sm2Verifier } from './sm2-sm3.ts';
import { rsaVerifier } from './rsa-sha256.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('HUB1-HMAC-SHA256', () => {
  it('gives the value of docs/domain.md §7', () => {
    const key = signerOf('HUB1-HMAC-SHA256', Buffer.from('s3cr3t'));
    const request = {
      method: 'POST',
      target: '/v1/applications',
      timestamp: '1767229200',
      nonce: 'n-0001',
      body: Buffer.from('{"partnerOrderNo":"D20260101001"}'),
    };
    expect(key.sign(messageOfRequest(request)).toString('base64')).toBe('LJduBOkIUMlbEOwzK6Q6HlhZVImli1fDI/+iXLyh3Lg=');
  });

  it('gives the value of RFC 4231, test case 2', () => {
    expect(signerOf('HUB1-HMAC-SHA256', Buffer.from('Jefe')).sign(['what do ya want ', 'for nothing?'])).toEqual(
      hex('5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843'),
    );
  });
});

describe('HUB1-RSA-SHA256', () => {
  const n =
    'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ';
  const signature = Buffer.from(
    'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
    'base64url',
  );
  const [head, payload] = [
    'eyJhbGciOiJSUzI1NiJ9.',
    'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
  ];

  it('accepts the signature of RFC 7515, A.2, and no other message', () => {
    const verifier = rsaVerifier(createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }));
    expect(verifier.verify([head, payload], signature)).toBe(true);
    expect(verifier.verify([head, payload, '\n'], signature)).toBe(false);
  });

  it('accepts PKCS#1 v1.5 with SHA-256 only: not PSS, not SHA-1', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const verifier = rsaVerifier(publicKey);
    expect(verifier.verify(['x'], signNow('sha256', Buffer.from('x'), privateKey))).toBe(true);
    expect(verifier.verify(['x'], signNow('sha1', Buffer.from('x'), privateKey))).toBe(false);
    expect(
      verifier.verify(
        ['x'],
        signNow('sha256', Buffer.from('x'), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
      ),
    ).toBe(false);
  });
});

describe('HUB1-SM2-SM3', () => {
  // GB/T 32918.5—2017 (GM/T 0003.5—2012), annex A: signature on the recommended curve, user id 1234567812345678.
  const publicKey = sm2KeyOfPoint(
    '04 09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020 CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13'.replace(
      / /g,
      '',
    ),
  )!;
  const raw = hex(
    'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3 B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
  );
  const der = hex(
    '3046 022100F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3 022100B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
  );

  it('makes the Z of the standard', () => {
    expect(signerHash(publicKey)).toEqual(hex('B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3'));
  });

  it('accepts the signature of the standard, as DER and as r and s', () => {
    for (const signature of [der, raw]) {
      expect(sm2Verifier(publicKey).verify(['message ', Buffer.from('digest')], signature)).toBe(true);
      expect(sm2Verifier(publicKey).verify(['message digesT'], signature)).toBe(false);
    }
  });

  it('accepts one that sm-crypto-v2 1.15 made (an implementation that shares nothing with OpenSSL)', () => {
    const key = sm2KeyOfPoint(OTHER.publicKey)!;
    expect(sm2Verifier(key).verify([OTHER.message], hex(OTHER.signature))).toBe(true);
  });

  it('takes no zeros, no garbage and no half for a signature', () => {
    for (const signature of [
      Buffer.alloc(64),
      Buffer.alloc(0),
      der.subarray(0, 40),
      Buffer.from('3006020100020100', 'hex'),
      Buffer.alloc(72, 0xff),
    ])
      expect(sm2Verifier(publicKey).verify(['message digest'], signature)).toBe(false);
  });
});

/** Made once by sm-crypto-v2: doSignature(message, key, { hash: true, userId, der: true }). */
const OTHER = {
  publicKey:
    '04c87575b62ed514ad4461add4c29117ed96d54c8502a475cc5bb9db9f8cec23f0e5a9eefe18255b2fe35553e24c06476a8d68ddb4a1d06468317a83981f28d713',
  message: 'hello 世界',
  signature:
    '3045022100c7f9f9c3680dd8d5abed50b203a52fc454f3b36b055c63f0f050a3cfaed6fabc02204dcb5fc08b329c8f2390356c192dd148a448c5f710d832b40d7dcb6b83c5bfeb',
};

describe.each(SCHEMES)('%s', (scheme) => {
  const keys = async (): Promise<{ verifying: Buffer; signing: Buffer }> => {
    if (scheme === 'HUB1-HMAC-SHA256') return { verifying: Buffer.from('a secret'), signing: Buffer.from('a secret') };
    const { publicKey, privateKey } = await newKeyPair(scheme);
    return { verifying: publicKey, signing: privateKey };
  };

  it('accepts what it signed, whole and in pieces, and nothing that differs in a bit', async () => {
    const { verifying, signing } = await keys();
    const [verifier, signer] = [verifierOf(scheme, verifying), signerOf(scheme, signing)];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 10_000 }), fc.nat(), fc.nat(), (body, cut, flip) => {
        const message = messageOfAnswer({ status: 200, nonce: 'n', body });
        const signature = signer.sign(message);
        expect(verifier.verify(message, signature)).toBe(true);
        expect(inPieces(verifier, body, cut % body.length).matches(signature)).toBe(true);
        const other = Buffer.from(body);
        other[flip % other.length]! ^= 1 << (flip % 8);
        expect(verifier.verify(messageOfAnswer({ status: 200, nonce: 'n', body: other }), signature)).toBe(false);
        expect(verifier.verify(messageOfAnswer({ status: 201, nonce: 'n', body }), signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('does not accept what another key signed', async () => {
    const signature = signerOf(
      scheme,
      scheme === 'HUB1-HMAC-SHA256' ? Buffer.from('another') : (await keys()).signing,
    ).sign(['x']);
    expect(verifierOf(scheme, (await keys()).verifying).verify(['x'], signature)).toBe(false);
  });
});

function inPieces(verifier: Verifier, body: Uint8Array, cut: number): ReturnType<Verifier['begin']> {
  const running = verifier.begin();
  for (const piece of [Buffer.from('200\nn\n'), body.subarray(0, cut), body.subarray(cut), Buffer.from('\n')])
    running.update(piece);
  return running;
}

describe('public keys as partners hand them over', () => {
  const read = (scheme: Scheme, text: string): unknown => {
    const result = readPublicKey(scheme as Exclude<Scheme, 'HUB1-HMAC-SHA256'>, text);
    return result.ok ? 'ok' : result.code;
  };
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const short = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const nist = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const point =
    '0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13';

  it('are read from PEM, and SM2 also from the point', async () => {
    expect(read('HUB1-RSA-SHA256', rsa.publicKey)).toBe('ok');
    expect(read('HUB1-SM2-SM3', pemOf((await newKeyPair('HUB1-SM2-SM3')).publicKey))).toBe('ok');
    expect(read('HUB1-SM2-SM3', `${point}\n`)).toBe('ok');
  });

  it.each<[string, Scheme, string, string]>([
    ['a private key', 'HUB1-RSA-SHA256', rsa.privateKey, 'PRIVATE_KEY'],
    ['a short key', 'HUB1-RSA-SHA256', short.publicKey, 'TOO_SHORT'],
    ['a key of another kind', 'HUB1-RSA-SHA256', nist.publicKey, 'WRONG_KIND'],
    ['a key of RSA for SM2', 'HUB1-SM2-SM3', rsa.publicKey, 'WRONG_KIND'],
    ['a key on another curve', 'HUB1-SM2-SM3', nist.publicKey, 'WRONG_KIND'],
    ['a point beside the curve', 'HUB1-SM2-SM3', `${point.slice(0, -1)}4`, 'NOT_ON_CURVE'],
    ['no key at all', 'HUB1-SM2-SM3', 'hello', 'FORM'],
    ['nothing', 'HUB1-RSA-SHA256', '', 'FORM'],
  ])('refuses %s', (_what, scheme, text, code) => {
    expect(read(scheme, text)).toBe(code);
  });
});

describe.each(BODY_CIPHERS)('bodies by %s', (cipher) => {
  it('open with their key, are never longer inside, and are made anew each time', () => {
    const key = newBodyKey(cipher);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (plain) => {
        const sealed = encryptBody(cipher, key, plain);
        expect(decryptBody(cipher, key, sealed)).toEqual(Buffer.from(plain));
        expect(sealed.length).toBeGreaterThan(plain.length);
        expect(encryptBody(cipher, key, plain)).not.toEqual(sealed);
      }),
    );
  });

  it('are too short, or of another key: unreadable', () => {
    const key = newBodyKey(cipher);
    const sealed = encryptBody(cipher, key, Buffer.from('{"a":1}'));
    for (const cut of [0, 11, 15]) expect(decryptBody(cipher, key, sealed.subarray(0, cut))).toBeUndefined();
    const other = decryptBody(cipher, newBodyKey(cipher), sealed);
    // CBC alone may open to garbage, once in 256 times: there the signature over the ciphertext is what vouches for it.
    if (cipher === 'AES-256-GCM') expect(other).toBeUndefined();
    else expect(other?.toString() === '{"a":1}').toBe(false);
  });
});

describe('SM3 and SM4 of this Node', () => {
  it('give the values of docs/domain.md §7', () => {
    expect(createHash('sm3').update('abc').digest()).toEqual(
      hex('66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0'),
    );
    const key = hex('0123456789abcdeffedcba9876543210');
    const ecb = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    expect(ecb.update(key)).toEqual(hex('681edf34d206965e86b3e94f536e4246'));
    // Under a zero IV the first block of CBC is that of ECB.
    const padding = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    const first = hex('681edf34d206965e86b3e94f536e4246');
    const second = padding.update(Buffer.from(first.map((byte) => byte ^ 0x10)));
    expect(decryptBody('SM4-CBC', key, Buffer.concat([Buffer.alloc(16), first, second]))).toEqual(key);
  });
});
