import { createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { sampleApplication } from '../support/sample-application.ts';

/** Orders of the load generator: a process of its own, so that making and signing requests is not measured. */
export interface LoadOrders {
  url: string;
  partnerId: string;
  secret: string;
  requests: number;
  warmUp: number;
  connections: number;
  /** Number of the first application. */
  first: number;
}

export interface LoadReport {
  perSecond: number;
  seconds: number;
  statuses: Record<string, number>;
  p50Ms: number;
  p99Ms: number;
  bodyBytes: number;
}

const orders = JSON.parse(process.argv[2] ?? '') as LoadOrders;
const url = new URL(orders.url);
const requests = Array.from({ length: orders.warmUp + orders.requests }, (_, n) => signedRequest(orders.first + n));
process.send?.('signed');
process.on('message', () => void run());

/** The bytes of one request as they go over the wire. */
function signedRequest(n: number): Buffer {
  const body = JSON.stringify(sampleApplication(n));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(12).toString('hex');
  const signature = createHmac('sha256', orders.secret)
    .update(`POST\n/v1/applications\n${timestamp}\n${nonce}\n${body}\n`)
    .digest('base64');
  return Buffer.from(
    `POST /v1/applications HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `authorization: HUB1-HMAC-SHA256 app_id="${orders.partnerId}",timestamp="${timestamp}",nonce="${nonce}",signature="${signature}"\r\n\r\n${body}`,
  );
}

async function run(): Promise<void> {
  await drive(requests.slice(0, orders.warmUp));
  const measured = requests.slice(orders.warmUp);
  const since = performance.now();
  const { statuses, latencies } = await drive(measured);
  const seconds = (performance.now() - since) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0) * 100) / 100;
  const report: LoadReport = {
    perSecond: Math.round(measured.length / seconds),
    seconds: Math.round(seconds * 100) / 100,
    statuses,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    bodyBytes: Buffer.byteLength(JSON.stringify(sampleApplication(orders.first))),
  };
  process.send?.(report, () => process.exit(0));
}

/** Sends all requests over kept-alive connections, the next one on a connection when the answer to the last one is whole. */
async function drive(all: readonly Buffer[]): Promise<{ statuses: Record<string, number>; latencies: number[] }> {
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  let next = 0;
  const oneConnection = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      let sentAt = 0;
      let received = Buffer.alloc(0);
      const sendNext = (): void => {
        if (next >= all.length) {
          socket.end();
          return resolve();
        }
        sentAt = performance.now();
        socket.write(all[next++] as Buffer);
      };
      socket.setNoDelay(true);
      socket.on('connect', sendNext);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const end = received.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = received.toString('latin1', 0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (received.length < end + 4 + length) return;
        const status = head.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        latencies.push(performance.now() - sentAt);
        received = Buffer.alloc(0);
        sendNext();
      });
    });
  await Promise.all(Array.from({ length: orders.connections }, oneConnection));
  return { statuses, latencies };
}
