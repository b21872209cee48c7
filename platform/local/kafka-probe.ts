import { connect } from 'node:net';

/** ApiVersions, version 0, correlation id 1, client id "hub": the one request every broker answers before anything else. */
const API_VERSIONS_REQUEST = Buffer.from([0, 0, 0, 13, 0, 18, 0, 0, 0, 0, 0, 1, 0, 3, 0x68, 0x75, 0x62]);

/** True when a Kafka broker answers an ApiVersions request on the address; it does so once it serves requests. Never throws. */
export function kafkaAnswers(host: string, port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => socket.write(API_VERSIONS_REQUEST));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      // size int32, correlation id int32, error code int16
      if (received.length >= 10) finish(received.readInt32BE(4) === 1 && received.readInt16BE(8) === 0);
    });
  });
}
