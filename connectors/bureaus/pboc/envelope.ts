import { type KeyObject, sign, verify } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { answerShape } from '../answer-shape.ts';

/**
 * The envelope of the gateway's messages: a head, the body as base64 of JSON text, and RSA-SHA256 over both. What is signed are the
 * fields of the head and the body as `name=value`, by name, joined by `&`; empty ones are left out.
 */
export interface Envelope<Head extends Record<string, string>> {
  Head: Head;
  Body: string;
  Sign: string;
}

export type RequestHead = { Ver: string; AppId: string; MsgId: string; TimeStamp: string };
export type AnswerHead = { Ver: string; MsgId: string; TimeStamp: string; ResultCode: string; ResultDesc: string };

/** Codes of answers. The sandbox's own: a real gateway's table goes here. */
export const RESULT = { report: 'AAA000', noFile: 'AAA001', signIn: 'E101', busy: 'E201', system: 'S999' } as const;

/** The message as JSON text, signed. */
export function seal<Head extends Record<string, string>>(head: Head, body: string, key: KeyObject): string {
  const Body = Buffer.from(body, 'utf8').toString('base64');
  return JSON.stringify({
    Head: head,
    Body,
    Sign: sign('sha256', textToSign(head, Body), key).toString('base64'),
  } satisfies Envelope<Head>);
}

/** Whether the message carries the signature of that key. */
export function isGenuine(message: Envelope<Record<string, string>>, key: KeyObject): boolean {
  return verify('sha256', textToSign(message.Head, message.Body), key, Buffer.from(message.Sign, 'base64'));
}

/** The body's text. */
export function bodyOf(message: { Body: string }): string {
  return Buffer.from(message.Body, 'base64').toString('utf8');
}

/** Reads an answer's envelope. Throws PoisonError ANSWER_FIELD. */
export const readEnvelope = answerShape(
  Type.Object({
    Head: Type.Object(
      {
        Ver: Type.String(),
        MsgId: Type.String(),
        TimeStamp: Type.String({ pattern: '^\\d{14}$' }),
        ResultCode: Type.String({ pattern: '^[A-Z]{1,3}\\d{3}$' }),
        ResultDesc: Type.String(),
      },
      { additionalProperties: Type.String() },
    ),
    Body: Type.String(),
    Sign: Type.String(),
  }),
);

/** `yyyyMMddHHmmss` in Asia/Shanghai, as heads carry it. */
export function timeStampOf(milliseconds: number): string {
  return new Date(milliseconds + 8 * 3_600_000).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
}

/** The instant (RFC 3339) of such a time stamp. */
export function instantOf(timeStamp: string): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(timeStamp)!;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`;
}

function textToSign(head: Record<string, string>, body: string): Buffer {
  const fields = Object.entries({ ...head, Body: body }).filter(([, value]) => value !== '');
  fields.sort(([left], [right]) => (left < right ? -1 : 1));
  return Buffer.from(fields.map(([name, value]) => `${name}=${value}`).join('&'), 'utf8');
}
