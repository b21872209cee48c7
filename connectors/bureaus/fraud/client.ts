import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../platform/kernel/clock.ts';
import { RejectedError } from '../../contract.ts';
import { answerField, genuineJson } from '../answer-shape.ts';
import type { Bureau, Inquiry } from '../bureau.ts';
import { bureauFailure, checkSignIn, notGenuine, openHttpParty, rateLimited, signInRefused } from '../http-party.ts';
import { readListing } from './answer.ts';
import type { FraudSettings } from './settings.ts';
import { areSigned, CODE, decryptData, encryptData, signParameters, sm3 } from './wire.ts';

const QUERY = '/api/blacklist/query';
const SIGN_IN_CODES: readonly string[] = [CODE.badSign, CODE.unknownApp, CODE.badTime];

/** The fraud list: a signed form with encrypted data out, JSON of the same kind back, errors by code under HTTP 200. */
export function openFraudList(settings: FraudSettings, clock: Clock): Bureau {
  const party = openHttpParty(settings, [200], clock);

  const call = async (
    method: string,
    bizId: string,
    data: object,
    options: Partial<Pick<Inquiry, 'traceparent' | 'signal'>>,
  ): Promise<Record<string, string>> => {
    const form: Record<string, string> = {
      app_id: settings.appId,
      method,
      biz_id: bizId,
      timestamp: String(clock()),
      nonce: randomUUID(),
      encrypt_type: 'SM4',
      sign_type: 'HMAC-SM3',
      biz_data: encryptData(settings.dataKey, JSON.stringify(data)),
    };
    form.sign = signParameters(settings.signKey, form);
    const { status, body } = await party.call({
      method: 'POST',
      path: QUERY,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      ...options,
    });
    const answer = parametersIn(body);
    // A list that does not know who is asking has no key to sign by.
    if (answer !== undefined && SIGN_IN_CODES.includes(answer.code ?? '')) throw signInRefused(answer.code!);
    if (answer === undefined || !areSigned(settings.signKey, answer)) throw notGenuine(status);
    if (answer.code === CODE.busy) throw rateLimited(CODE.busy, 1_000);
    if (answer.code?.startsWith('9')) throw bureauFailure(answer.code);
    return answer;
  };

  return {
    inquire: async ({ requestId, subject, consent, traceparent, signal }) => {
      const who = { id_sm3: sm3(subject.idNo), name_sm3: sm3(subject.name), mobile_sm3: sm3(subject.mobile) };
      const answer = await call(
        'blacklist.query',
        requestId,
        { ...who, auth_version: consent.version, auth_time: consent.at },
        { traceparent, signal },
      );
      // The list's sentence may repeat what was sent: only its code goes into an event.
      if (answer.code !== CODE.hit && answer.code !== CODE.noHit)
        throw new RejectedError(answer.code ?? 'NO_CODE', 'the fraud list refused the enquiry', {
          answeredAt: instantOf(answer.timestamp),
        });
      return readListing(genuineJson(opened(answer.biz_data ?? '')), requestId);
    },
    check: () =>
      checkSignIn(`signed in at ${party.origin} as ${settings.appId}`, async () => {
        await call('ping', `check-${clock()}`, {}, { signal: AbortSignal.timeout(settings.timeoutMs) });
      }),
    close: () => party.close(),
  };

  function opened(data: string): string {
    try {
      return decryptData(settings.dataKey, data);
    } catch {
      throw answerField('/biz_data', data === '');
    }
  }
}

/** Milliseconds as text in RFC 3339, undefined when they are none. */
function instantOf(timestamp: string | undefined): string | undefined {
  return /^\d{13}$/.test(timestamp ?? '') ? new Date(Number(timestamp)).toISOString() : undefined;
}

/** The parameters of an answer, undefined when it is none: then nothing in it is the list's. */
function parametersIn(text: string): Record<string, string> | undefined {
  try {
    const answer = JSON.parse(text) as unknown;
    if (
      typeof answer !== 'object' ||
      answer === null ||
      Object.values(answer).some((value) => typeof value !== 'string')
    )
      return undefined;
    return answer as Record<string, string>;
  } catch {
    return undefined;
  }
}
