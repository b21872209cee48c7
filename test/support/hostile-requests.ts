import { randomBytes } from 'node:crypto';
import type { PartnerClient } from './partner-client.ts';
import { sampleApplication, type SampleApplication } from './sample-application.ts';

/** One request that must be refused: what is sent, and what the refusal must say. */
export interface HostileRequest {
  kind: string;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  status: number;
  /** The pointer of one of the errors; a RegExp where several are right. */
  pointer: string | RegExp;
}

/** Chance that can be repeated: the same seed, the same requests (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.int(values.length)] as Value;
  }
}

const PATH = '/v1/applications';
const NOT_TEXT: readonly unknown[] = [0, -1, 1.5, true, {}, [], ['x'], { toString: 'x' }];
const NOT_MONEY: readonly unknown[] = ['1', '', -1, 0.5, true, {}, [], [1], 9_007_199_254_740_991, -0.1, '1e3', 1e15];
const BAD_TEXT: readonly unknown[] = ['', ' ', 'a\tb', 'x\u0007', '\u202Eevil', 'x'.repeat(201), ...NOT_TEXT];

/** Every field with values that are wrong for it. */
const WRONG: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  [
    '/partnerOrderNo',
    ['', 'a b', 'é', 'x'.repeat(65), '\u0000', "'; DROP TABLE intake.accepted; --", ...NOT_TEXT, null],
  ],
  ['/product', ['', '../etc', '<script>', '-x', 'x'.repeat(65), ...NOT_TEXT, null]],
  ['/applicant', [null, [], 'x', 1, true]],
  ['/applicant/name', [...BAD_TEXT, null]],
  [
    '/applicant/idNo',
    [
      '',
      '1',
      '110105194912310021',
      '11010519491231002Y',
      '99010119900101001X',
      '110105199002300010',
      '11010529991231002X',
      '１１０１０５１９４９１２３１００２X',
      ...NOT_TEXT,
      null,
    ],
  ],
  [
    '/applicant/mobile',
    ['', '12800138000', '1380013800', '138 0013 8000', '+8513800138000', "1' OR '1'='1", ...NOT_TEXT, null],
  ],
  ['/applicant/monthlyIncomeFen', [...NOT_MONEY, null]],
  ['/applicant/monthlyDebtFen', [...NOT_MONEY, null]],
  ['/applicant/employer', BAD_TEXT],
  ['/applicant/address/region', ['', '1', '1101050', 'abcdef', 110105, null, {}]],
  ['/applicant/address/detail', BAD_TEXT],
  [
    '/applicant/consents',
    [null, {}, 'x', 1, Array(21).fill({ purpose: 'credit-report', version: '1', at: '2026-01-01T00:00:00Z' })],
  ],
  [
    '/applicant/consents/0/at',
    [
      '',
      '2026-01-01',
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-01T00:00:00',
      '2999-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '2016-12-31T23:59:60Z',
      0,
      null,
    ],
  ],
  ['/guarantors', [null, {}, 'x', 1, Array(6).fill({})]],
  ['/vehicle', [null, [], 'x', 1]],
  ['/vehicle/kind', ['', 'NEW', 'stolen', 1, null, {}]],
  ['/vehicle/use', ['', 'both', 1, null, []]],
  ['/vehicle/energy', ['', 'steam', 1, null]],
  [
    '/vehicle/vin',
    [
      '',
      'LSVAA49J1320O5067',
      'LSVAA49J13201234',
      'LSVAA49J1320123456',
      'LSVAA49J032012345',
      "LSVAA49J1' OR 1=1",
      ...NOT_TEXT,
      null,
    ],
  ],
  ['/vehicle/priceFen', [0, ...NOT_MONEY, null]],
  ['/vehicle/listPriceFen', [0, ...NOT_MONEY]],
  ['/vehicle/firstRegistered', ['', '2026-02-30', '2026-1-1', '01/02/2020', '2999-01-01', '0000-01-01', 20200101, {}]],
  ['/vehicle/mileageKm', [-1, 0.5, '1', 5_000_001, {}]],
  ['/request', [null, [], 'x', 1]],
  ['/request/amountFen', [0, ...NOT_MONEY, null]],
  ['/request/termMonths', [0, -1, 121, 36.5, '36', null, {}]],
  ['/request/method', ['', 'annuity', 1, null, []]],
  ['/request/addOns', [null, {}, 'x', Array(21).fill({})]],
  ['/bankCard', [[], 'x', 1, true]],
  ['/bankCard/no', ['', '6222021234567890120', '4111111111111112', '1', '6222 0212 3456 7890 128', ...NOT_TEXT, null]],
];

/** Text edits of a right body, with the pointer that must be named. */
const BROKEN_TEXT: readonly (readonly [
  kind: string,
  edit: (text: string, chance: Chance) => string | Buffer,
  pointer: string | RegExp,
])[] = [
  ['truncated', (text, chance) => text.slice(0, 1 + chance.int(text.length - 1)), ''],
  [
    'not JSON',
    (_text, chance) =>
      chance.pick([
        '{',
        '[',
        'x',
        "{'a':1}",
        '{"a":1,}',
        '{"a":01}',
        '{"a":NaN}',
        '{"a":Infinity}',
        '<xml/>',
        '\ufeff{}',
        'undefined',
        '{}{}',
        '{"a":"\n"}',
      ]),
    '',
  ],
  [
    'random bytes',
    (_text, chance) => Buffer.from(Array.from({ length: 1 + chance.int(300) }, () => chance.int(256))),
    '',
  ],
  [
    'not UTF-8',
    (text, chance) =>
      Buffer.concat([
        Buffer.from(text.slice(0, 20)),
        Buffer.from([chance.pick([0xff, 0xc0, 0x80, 0xf8])]),
        Buffer.from(text.slice(20)),
      ]),
    '',
  ],
  [
    'GBK bytes',
    (text) =>
      Buffer.from(text.replace(/"name":"[^"]*"/, '"name":"@"'), 'latin1').map((byte) =>
        byte === 64 ? 0xd5 : byte,
      ) as Buffer,
    '',
  ],
  [
    'too deep',
    (_text, chance) =>
      chance.next() < 0.5 ? `${'['.repeat(13 + chance.int(20_000))}` : `${'{"a":'.repeat(13 + chance.int(5_000))}1`,
    '',
  ],
  [
    'too many values',
    (text, chance) => text.replace('"guarantors":[]', `"guarantors":[${'{},'.repeat(1_000 + chance.int(10_000))}{}]`),
    '',
  ],
  ['another type', (_text, chance) => chance.pick(['null', '[]', '1', '"x"', 'true', '[{}]']), ''],
  ['key twice', (text) => text.replace('"termMonths":36', '"termMonths":36,"termMonths":12'), '/request/termMonths'],
  [
    '__proto__',
    (text, chance) =>
      text.replace(
        '"termMonths":36',
        `"termMonths":36,${chance.pick(['"__proto__":{"admin":true}', '"\\u005f_proto__":1'])}`,
      ),
    '/request/__proto__',
  ],
  [
    'constructor',
    (text) => text.replace('"termMonths":36', '"termMonths":36,"constructor":{"prototype":{"admin":true}}'),
    '/request/constructor',
  ],
  [
    'huge number',
    (text, chance) =>
      text.replace(
        '"termMonths":36',
        `"termMonths":${chance.pick(['1e999', '-1e999', '9'.repeat(400), '1E5', '36.0', '36.0000000000000000001'])}`,
      ),
    '/request/termMonths',
  ],
  ['NUL', (text) => text.replace('"method":"ANNUITY"', '"method":"ANNUITY\\u0000"'), '/request/method'],
  [
    'half a surrogate',
    (text, chance) =>
      text.replace('"method":"ANNUITY"', `"method":"${chance.pick(['\\ud83d', '\\ude00', '\\ude00\\ud83d'])}"`),
    '/request/method',
  ],
  [
    'unknown field',
    (text, chance) =>
      text.replace(
        '{',
        `{"${chance.pick(['admin', 'x', 'status', 'toString', 'hasOwnProperty', '$ref', 'a~b', 'a/b'])}":1,`,
      ),
    /^\/./,
  ],
];

function setAt(application: SampleApplication, path: string, value: unknown): void {
  const keys = path.slice(1).split('/');
  const last = keys.pop() as string;
  let at: Record<string, unknown> = application;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
}

/** A request that is right in everything, before it is spoiled. */
function rightRequest(client: PartnerClient, body: Buffer, kind: string): HostileRequest {
  return {
    kind,
    method: 'POST',
    target: PATH,
    body,
    status: 400,
    pointer: '',
    headers: { 'content-type': 'application/json', authorization: client.authorization('POST', PATH, body) },
  };
}

/** The n-th hostile request; signed by `client` where it is not the signature that is wrong. */
export function hostileRequest(
  chance: Chance,
  client: PartnerClient,
  stranger: PartnerClient,
  n: number,
): HostileRequest {
  const application = sampleApplication(n, `HOSTILE-${n}`);
  const kind = chance.int(10);
  if (kind < 4) return wrongField(chance, client, application);
  if (kind < 6) {
    const [name, edit, pointer] = chance.pick(BROKEN_TEXT);
    const body = Buffer.from(edit(JSON.stringify(application), chance));
    return { ...rightRequest(client, body, name), pointer };
  }
  if (kind < 9) return forged(chance, client, stranger, Buffer.from(JSON.stringify(application)));
  return wrongHttp(chance, client, Buffer.from(JSON.stringify(application)));
}

function wrongField(chance: Chance, client: PartnerClient, application: SampleApplication): HostileRequest {
  const [path, values] = chance.pick(WRONG);
  const value = chance.pick(values);
  setAt(application, path, value);
  const body = Buffer.from(JSON.stringify(application));
  // A number with a fraction is refused before the form is looked at; what lies below a wrong object is named instead of it.
  return { ...rightRequest(client, body, `field ${path}`), pointer: new RegExp(`^${path}(/|$)`) };
}

function forged(chance: Chance, client: PartnerClient, stranger: PartnerClient, body: Buffer): HostileRequest {
  const now = Math.floor(Date.now() / 1_000);
  const right = rightRequest(client, body, 'forged');
  const good = right.headers.authorization as string;
  const withHeader = (kind: string, pointer: string | RegExp, authorization: string | undefined): HostileRequest => {
    const { authorization: _dropped, ...others } = right.headers;
    return {
      ...right,
      kind,
      status: 401,
      pointer,
      headers: authorization === undefined ? others : { ...others, authorization },
    };
  };
  const variants: (() => HostileRequest)[] = [
    () => withHeader('no signature', '/authorization', undefined),
    () =>
      withHeader(
        'another scheme',
        '/authorization/scheme',
        chance.pick(['Basic eDp5', 'Bearer x', good.replace('HUB1', 'hub1'), 'null']),
      ),
    // A signature of another kind does not even have the length; one that has is refused for the scheme (authorization tests).
    () =>
      withHeader(
        'a scheme the partner has no key for',
        /^\/authorization\/(scheme|signature)$/,
        chance.pick([good.replace('HMAC', 'RSA'), good.replace('HMAC-SHA256', 'SM2-SM3')]),
      ),
    () =>
      withHeader(
        'old clock',
        '/authorization/timestamp',
        client.authorization('POST', PATH, body, { timestamp: String(now - 310 - chance.int(100_000)) }),
      ),
    () =>
      withHeader(
        'fast clock',
        '/authorization/timestamp',
        client.authorization('POST', PATH, body, { timestamp: String(now + 310 + chance.int(100_000)) }),
      ),
    () =>
      withHeader(
        'other body',
        '/authorization/signature',
        client.authorization('POST', PATH, body, { signedBody: Buffer.concat([body, Buffer.from(' ')]) }),
      ),
    () => withHeader('other path', '/authorization/signature', client.authorization('POST', `${PATH}/`, body)),
    () => withHeader('other method', '/authorization/signature', client.authorization('PUT', PATH, body)),
    () =>
      withHeader(
        'random signature',
        '/authorization/signature',
        good.replace(/signature="[^"]*"/, `signature="${randomBytes(32).toString('base64')}"`),
      ),
    () =>
      withHeader(
        'secret of another',
        '/authorization/signature',
        stranger.authorization('POST', PATH, body).replace(stranger.partnerId, client.partnerId),
      ),
    () =>
      withHeader(
        'unknown partner',
        '/authorization/app_id',
        good.replace(client.partnerId, `nobody-${chance.int(1_000)}`),
      ),
    () =>
      withHeader(
        'odd partner',
        '/authorization/app_id',
        good.replace(
          client.partnerId,
          chance.pick(['', "x' OR '1'='1", '../..', '__proto__', 'constructor', 'x'.repeat(65)]),
        ),
      ),
    () =>
      withHeader(
        'odd timestamp',
        '/authorization/timestamp',
        good.replace(
          /timestamp="[^"]*"/,
          `timestamp="${chance.pick(['', '0', '-1', '1e9', 'NaN', '1767229200.5', '99999999999999999999', ' 1767229200'])}"`,
        ),
      ),
    () =>
      withHeader(
        'odd nonce',
        '/authorization/nonce',
        good.replace(/nonce="[^"]*"/, `nonce="${chance.pick(['', 'a b', "'", 'x'.repeat(65), '%00'])}"`),
      ),
    () =>
      withHeader(
        'odd signature',
        '/authorization/signature',
        good.replace(
          /signature="[^"]*"/,
          `signature="${chance.pick(['', 'AAAA', 'é'.normalize('NFD').slice(0, 1), '='.repeat(44), 'A'.repeat(43)])}"`,
        ),
      ),
    () =>
      withHeader(
        'parameter missing',
        /^\/authorization/,
        good.replace(new RegExp(`,?${chance.pick(['app_id', 'timestamp', 'nonce', 'signature'])}="[^"]*"`), ''),
      ),
    () => withHeader('parameter twice', '/authorization/nonce', `${good},nonce="again"`),
    () => withHeader('unknown parameter', '/authorization/alg', `${good},alg="none"`),
    () => withHeader('too long', '/authorization', `${good},x="${'y'.repeat(2_000)}"`),
    () =>
      withHeader(
        'garbled',
        '/authorization',
        good.replace(' ', ` ${chance.pick([';;;', '"', '=', ',,', 'app_id=demo,'])}`),
      ),
  ];
  return chance.pick(variants)();
}

function wrongHttp(chance: Chance, client: PartnerClient, body: Buffer): HostileRequest {
  const right = rightRequest(client, body, 'http');
  const without = (name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(right.headers).filter(([key]) => key !== name));
  const method = chance.pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']);
  const variants: HostileRequest[] = [
    { ...right, kind: 'method', method, body: method === 'TRACE' ? undefined : body, status: 405, pointer: '/method' },
    {
      ...right,
      kind: 'unknown path',
      target: chance.pick([
        '/v1/applicationsx',
        '/v1',
        '/v2/applications',
        '/v1/applications/',
        '/v1//applications',
        '/V1/applications',
        '/..;/v1/applications',
        '/.env',
        '/v1/applications%2f',
        '/wp-login.php',
      ]),
      status: 404,
      pointer: '/url',
    },
    {
      ...right,
      kind: 'bad percent',
      target: chance.pick(['/v1/applications/%', '/v1/applications/%zz', '/v1/%c0%ae/x', '/%ff']),
      method: 'GET',
      body: undefined,
      status: 400,
      pointer: '/url',
    },
    {
      ...right,
      kind: 'media type',
      headers: {
        ...right.headers,
        'content-type': chance.pick([
          'text/plain',
          'application/xml',
          'multipart/form-data; boundary=x',
          'application/x-www-form-urlencoded',
          'application/jsonx',
          'image/png',
        ]),
      },
      status: 415,
      pointer: '/headers/content-type',
    },
    {
      ...right,
      kind: 'no media type',
      headers: without('content-type'),
      status: 415,
      pointer: '/headers/content-type',
    },
    {
      ...right,
      kind: 'charset',
      headers: {
        ...right.headers,
        'content-type': `application/json; charset=${chance.pick(['gbk', 'utf-16', 'latin1', 'GB18030'])}`,
      },
      status: 415,
      pointer: '/headers/content-type',
    },
    {
      ...right,
      kind: 'packed',
      headers: { ...right.headers, 'content-encoding': chance.pick(['gzip', 'br', 'deflate']) },
      status: 415,
      pointer: '/headers/content-encoding',
    },
    { ...right, kind: 'oversized', body: Buffer.alloc(65_537 + chance.int(60_000), 32), status: 413, pointer: '' },
    {
      ...right,
      kind: 'empty',
      body: Buffer.alloc(0),
      headers: {
        'content-type': 'application/json',
        authorization: client.authorization('POST', PATH, Buffer.alloc(0)),
      },
      status: 400,
      pointer: '',
    },
  ];
  return chance.pick(variants);
}
