import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problem, PROBLEM_TYPE } from './problem.ts';

const KNOWN: Readonly<Record<string, readonly [status: number, code: string, detail: string, pointer: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'HEADERS_TOO_LARGE', 'The request line and headers are larger than accepted', '/headers'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'REQUEST_TIMEOUT', 'The request did not arrive in time', ''],
  HPE_INVALID_METHOD: [400, 'BAD_METHOD', 'The method is not one of HTTP', '/method'],
  HPE_INVALID_URL: [400, 'BAD_URL', 'The request target is not a URL', '/url'],
  HPE_INVALID_CONTENT_LENGTH: [400, 'CONTENT_LENGTH', 'Content-Length is not a number', '/headers/content-length'],
  HPE_UNEXPECTED_CONTENT_LENGTH: [
    400,
    'CONTENT_LENGTH',
    'Content-Length is not allowed here',
    '/headers/content-length',
  ],
  HPE_INVALID_TRANSFER_ENCODING: [
    400,
    'TRANSFER_ENCODING',
    'Transfer-Encoding is not understood',
    '/headers/transfer-encoding',
  ],
  HPE_INVALID_HEADER_TOKEN: [400, 'BAD_HEADER', 'A header holds a character that is not allowed', '/headers'],
};

/** Answers a request that is not even HTTP with a problem document, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, detail, pointer] = KNOWN[error.code ?? ''] ?? [
    400,
    'BAD_REQUEST',
    'The request is not HTTP/1.1',
    '',
  ];
  const body = JSON.stringify(problem(status, code, detail, '', [{ pointer, code, detail }]));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroySoon(),
  );
}
