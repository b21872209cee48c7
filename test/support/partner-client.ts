import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { HMAC_SCHEME, signatureOf } from '../../connectors/intake/index.ts';
import { Hmac } from '../../platform/privacy/index.ts';

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** The parsed body; undefined when it is not JSON. */
  body: { [field: string]: unknown } | undefined;
  text: string;
}

export interface SignOptions {
  timestamp?: string;
  nonce?: string;
  /** Sign these bytes in place of the body that is sent. */
  signedBody?: Buffer;
}

/** A partner that signs as domain.md §7 says, over connections that are kept alive. */
export class PartnerClient {
  readonly partnerId: string;
  readonly #key: Hmac;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #clock: () => number;

  constructor(url: string, partner: { partnerId: string; secret: string }, options: { clock?: () => number; agent?: Agent } = {}) {
    this.#url = new URL(url);
    this.partnerId = partner.partnerId;
    this.#key = new Hmac(Buffer.from(partner.secret));
    this.#agent = options.agent ?? new Agent({ keepAlive: true, maxSockets: 64 });
    this.#clock = options.clock ?? Date.now;
  }

  /** The Authorization header of a request. */
  authorization(method: string, target: string, body: Buffer, options: SignOptions = {}): string {
    const timestamp = options.timestamp ?? String(Math.floor(this.#clock() / 1_000));
    const nonce = options.nonce ?? randomBytes(12).toString('hex');
    const signature = signatureOf(this.#key, { method, target, timestamp, nonce, body: options.signedBody ?? body }).toString('base64');
    return `${HMAC_SCHEME} app_id="${this.partnerId}",timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"`;
  }

  /** Sends a signed application. */
  post(application: unknown, options: SignOptions = {}): Promise<Answer> {
    const body = Buffer.isBuffer(application) ? application : Buffer.from(JSON.stringify(application));
    return this.send('POST', '/v1/applications', body, { 'content-type': 'application/json', authorization: this.authorization('POST', '/v1/applications', body, options) });
  }

  /** A signed GET. */
  get(target: string, options: SignOptions = {}): Promise<Answer> {
    return this.send('GET', target, undefined, { authorization: this.authorization('GET', target, Buffer.alloc(0), options) });
  }

  /** Any request, with just these headers. */
  send(method: string, target: string, body: Buffer | undefined, headers: Record<string, string>): Promise<Answer> {
    return send(this.#url, this.#agent, method, target, body, headers);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** One HTTP request, answered in full. */
export function send(url: URL, agent: Agent, method: string, target: string, body: Buffer | undefined, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: url.hostname, port: url.port, method, path: target, agent, headers: body === undefined ? headers : { ...headers, 'content-length': String(body.length) } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parse(text), text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parse(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return undefined;
  }
}
