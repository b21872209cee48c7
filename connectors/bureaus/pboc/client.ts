import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Clock } from '../../../platform/kernel/clock.ts';
import { RejectedError } from '../../contract.ts';
import { assertAnswers, genuineJson } from '../answer-shape.ts';
import { type Bureau, type Inquiry, NOTHING_KNOWN } from '../bureau.ts';
import { bureauFailure, checkSignIn, notGenuine, openHttpParty, rateLimited, signInRefused } from '../http-party.ts';
import {
  bodyOf,
  instantOf,
  isGenuine,
  readEnvelope,
  RESULT,
  seal,
  timeStampOf,
  type AnswerHead,
  type Envelope,
  type RequestHead,
} from './envelope.ts';
import { readReport } from './report.ts';
import { pemOf, type PbocSettings } from './settings.ts';
import { answerOf } from './summary.ts';

const REPORT = '/cris/v2/personal/report';
const PING = '/cris/v2/ping';
/** Resident ID card 居民身份证; approval of a loan 贷款审批. */
const RESIDENT_ID = '10';
const LOAN_APPROVAL = '02';

/** The personal credit report over a gateway: an envelope signed by RSA both ways, outcomes by codes in its head. Throws when a key is not one. */
export function openPbocBureau(settings: PbocSettings, clock: Clock): Bureau {
  const party = openHttpParty(settings, [200], clock);
  const privateKey = createPrivateKey(pemOf(settings.privateKey));
  const bureauKey = createPublicKey(pemOf(settings.bureauKey));

  const call = async (
    path: string,
    msgId: string,
    body: object,
    options: Partial<Pick<Inquiry, 'traceparent' | 'signal'>>,
  ): Promise<Envelope<AnswerHead>> => {
    const head: RequestHead = { Ver: '2.0', AppId: settings.appId, MsgId: msgId, TimeStamp: timeStampOf(clock()) };
    const message = seal(head, JSON.stringify(body), privateKey);
    const { status, body: text } = await party.call({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: message,
      ...options,
    });
    const answer = envelopeIn(text);
    if (answer === undefined || !isGenuine(answer, bureauKey)) throw notGenuine(status);
    const read = readEnvelope(answer);
    const { ResultCode } = read.Head;
    if (ResultCode === RESULT.signIn) throw signInRefused(ResultCode);
    if (ResultCode === RESULT.busy) throw rateLimited(ResultCode, 1_000);
    if (ResultCode.startsWith('S')) throw bureauFailure(ResultCode);
    assertAnswers(read.Head.MsgId, msgId);
    return read;
  };

  return {
    inquire: async ({ requestId, subject, consent, traceparent, signal }) => {
      const answer = await call(
        REPORT,
        requestId,
        {
          QueryOrg: settings.orgCode,
          Name: subject.name,
          CertType: RESIDENT_ID,
          CertNum: subject.idNo,
          QueryReason: LOAN_APPROVAL,
          AuthVersion: consent.version,
          AuthTime: consent.at,
        },
        { traceparent, signal },
      );
      const { ResultCode, TimeStamp } = answer.Head;
      if (ResultCode === RESULT.noFile)
        return { ...NOTHING_KNOWN, outcome: 'no-file', answeredAt: instantOf(TimeStamp) };
      // The bureau's sentence may repeat what was sent: only its code goes into an event.
      if (ResultCode !== RESULT.report)
        throw new RejectedError(ResultCode, 'the bureau refused the enquiry', { answeredAt: instantOf(TimeStamp) });
      return answerOf(readReport(genuineJson(bodyOf(answer))));
    },
    check: () =>
      checkSignIn(`signed in at ${party.origin} as ${settings.appId}`, async () => {
        await call(PING, `check-${clock()}`, {}, { signal: AbortSignal.timeout(settings.timeoutMs) });
      }),
    close: () => party.close(),
  };
}

/** The envelope of a text, undefined when it is none: then nothing in it is the bureau's. */
function envelopeIn(text: string): Envelope<Record<string, string>> | undefined {
  try {
    const { Head, Body, Sign } = JSON.parse(text) as { Head: unknown; Body: unknown; Sign: unknown };
    if (
      typeof Body !== 'string' ||
      typeof Sign !== 'string' ||
      typeof Head !== 'object' ||
      Head === null ||
      Object.values(Head).some((value) => typeof value !== 'string')
    )
      return undefined;
    return { Head: Head as Record<string, string>, Body, Sign };
  } catch {
    return undefined;
  }
}
