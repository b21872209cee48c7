import { generateKeyPairSync } from 'node:crypto';
import {
  bodyOf,
  instantOf,
  isGenuine,
  RESULT,
  seal,
  timeStampOf,
  type AnswerHead,
  type Envelope,
  type RequestHead,
} from '../pboc/envelope.ts';
import { pbocDocument } from './pboc-document.ts';
import { WINDOW_S, type Enquiry, type SandboxProtocol, type WireAnswer } from './protocol.ts';

const APP_ID = 'hub-front';
const ORG_CODE = 'A10611000H0001';

/** The personal credit report: an envelope signed by RSA both ways, outcomes by code in its head, always under HTTP 200. The sandbox is ours: a likeness of the second-generation report by its data elements, not the bureau's own interface. */
export function pbocProtocol(seed: number): SandboxProtocol {
  const hub = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const bureau = generateKeyPairSync('rsa', { modulusLength: 2048 });

  const answer = (msgId: string, code: string, description: string, document = ''): WireAnswer => {
    const head: AnswerHead = {
      Ver: '2.0',
      MsgId: msgId,
      TimeStamp: timeStampOf(Date.now()),
      ResultCode: code,
      ResultDesc: description,
    };
    return { status: 200, body: seal(head, document, bureau.privateKey) };
  };

  const messageIn = (body: string): Envelope<RequestHead> | undefined => {
    try {
      const message = JSON.parse(body) as Envelope<RequestHead>;
      return isGenuine(message, hub.publicKey) &&
        message.Head.AppId === APP_ID &&
        Math.abs(Date.now() - Date.parse(instantOf(message.Head.TimeStamp))) <= WINDOW_S * 1_000
        ? message
        : undefined;
    } catch {
      return undefined;
    }
  };

  return {
    env: (url) => ({
      PBOC_URL: url,
      PBOC_APP_ID: APP_ID,
      PBOC_ORG_CODE: ORG_CODE,
      PBOC_PRIVATE_KEY: hub.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      PBOC_BUREAU_KEY: bureau.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    }),
    open: (request) => {
      const message = messageIn(request.body);
      if (message === undefined)
        return { kind: 'refused', answer: answer(msgIdIn(request.body), RESULT.signIn, '验签失败') };
      const { MsgId } = message.Head;
      if (request.path === '/cris/v2/ping') return { kind: 'other', answer: answer(MsgId, RESULT.report, '成功') };
      const enquiry = enquiryIn(MsgId, bodyOf(message));
      if (request.path !== '/cris/v2/personal/report' || enquiry === undefined)
        return { kind: 'other', answer: answer(MsgId, 'R102', '请求报文不合规') };
      return { kind: 'enquiry', enquiry };
    },
    report: ({ requestId, subject }) =>
      JSON.stringify(pbocDocument(seed, requestId, subject.idNo, timeStampOf(Date.now())) ?? null),
    answer: ({ requestId }, _request, report, wrong) => {
      const document = JSON.parse(report) as ReturnType<typeof pbocDocument> | null;
      if (document === null) return answer(requestId, RESULT.noFile, '查无此人');
      const { PA01A } = document!.PRH.PA01;
      if (wrong === 'missing-field')
        return answer(
          requestId,
          RESULT.report,
          '成功',
          JSON.stringify({ ...document, PRH: { PA01: { PA01A: { ...PA01A, PA01AI01: undefined } } } }),
        );
      if (wrong === 'unknown-field')
        return answer(requestId, RESULT.report, '成功', JSON.stringify({ ...document, PXX: { PX010H: ['1', '2'] } }));
      const good = answer(requestId, RESULT.report, '成功', report);
      return wrong === undefined
        ? good
        : {
            ...good,
            body: JSON.stringify({ ...(JSON.parse(good.body) as object), Sign: Buffer.alloc(256).toString('base64') }),
          };
    },
    refuse: ({ requestId, subject }, _request, why) =>
      why === 'subject-refused'
        ? answer(requestId, 'R201', `不予查询：${subject.name}`)
        : answer(requestId, 'R109', '报文标识号重复'),
    fail: (request, how) =>
      answer(
        msgIdIn(request.body),
        how === 'busy' ? RESULT.busy : RESULT.system,
        how === 'busy' ? '查询过于频繁' : '系统异常',
      ),
  };
}

function msgIdIn(body: string): string {
  try {
    return String((JSON.parse(body) as Envelope<RequestHead>).Head.MsgId);
  } catch {
    return 'unknown';
  }
}

function enquiryIn(requestId: string, body: string): Enquiry | undefined {
  const { Name, CertNum, QueryReason, AuthVersion } = JSON.parse(body) as Record<string, unknown>;
  if (![Name, CertNum, QueryReason, AuthVersion].every((text) => typeof text === 'string' && text !== ''))
    return undefined;
  return { requestId, content: body, subject: { idNo: CertNum as string, name: Name as string } };
}
