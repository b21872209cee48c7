import { Agent, request } from 'node:http';
import {
  openCredentials,
  type OpenCredentials,
  type PartnerCredentials,
} from '../../connectors/intake/client/credentials.ts';
import { signedRequest } from '../../connectors/intake/client/signed-request.ts';

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

/** A partner of the client's credentials, or with the secret of HMAC, over connections that are kept alive. What it sends may be anything. */
export class PartnerClient {
  readonly partnerId: string;
  readonly #credentials: OpenCredentials;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #clock: () => number;

  constructor(
    url: string,
    partner: { partnerId: string; secret: string } | PartnerCredentials,
    options: { clock?: () => number; agent?: Agent } = {},
  ) {
    this.#url = new URL(url);
    const credentials: PartnerCredentials =
      'partnerId' in partner
        ? { appId: partner.partnerId, scheme: 'HUB1-HMAC-SHA256', secret: partner.secret }
        : partner;
    this.partnerId = credentials.appId;
    this.#credentials = openCredentials(credentials);
    this.#agent = options.agent ?? new Agent({ keepAlive: true, maxSockets: 64 });
    this.#clock = options.clock ?? Date.now;
  }

  /** The Authorization header of a request whose body goes as it is. */
  authorization(method: string, target: string, body: Buffer, options: SignOptions = {}): string {
    const signed = { method, target, body: options.signedBody ?? body };
    return signedRequest({ ...this.#credentials, body: undefined }, signed, this.#choices(options)).headers
      .authorization as string;
  }

  /** Sends a signed application. */
  post(application: unknown, options: SignOptions = {}): Promise<Answer> {
    const plain = Buffer.isBuffer(application) ? application : Buffer.from(JSON.stringify(application));
    const target = '/v1/applications';
    if (options.signedBody !== undefined)
      return this.send('POST', target, plain, {
        'content-type': 'application/json',
        authorization: this.authorization('POST', target, plain, options),
      });
    const { headers, body } = signedRequest(
      this.#credentials,
      { method: 'POST', target, body: plain },
      this.#choices(options),
    );
    return this.send('POST', target, body, headers);
  }

  /** A signed GET. */
  get(target: string, options: SignOptions = {}): Promise<Answer> {
    return this.send(
      'GET',
      target,
      undefined,
      signedRequest(this.#credentials, { method: 'GET', target }, this.#choices(options)).headers,
    );
  }

  #choices({ timestamp = String(Math.floor(this.#clock() / 1_000)), nonce }: SignOptions): {
    timestamp: string;
    nonce?: string;
  } {
    return nonce === undefined ? { timestamp } : { timestamp, nonce };
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
export function send(
  url: URL,
  agent: Agent,
  method: string,
  target: string,
  body: Buffer | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method,
        path: target,
        agent,
        headers: body === undefined ? headers : { ...headers, 'content-length': String(body.length) },
      },
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
