import { randomBytes } from 'node:crypto';
import { areSigned, CODE, decryptData, encryptData, signParameters } from '../fraud/wire.ts';
import { fraudRecords } from './fraud-records.ts';
import { nonceMemory, WINDOW_S, type Enquiry, type SandboxProtocol, type WireAnswer } from './protocol.ts';

const APP_ID = 'hub';
const FEE = '0.50';

/** The fraud list: a signed form with SM4 data, errors by code under HTTP 200, persons by SM3 digests only. */
export function fraudProtocol(seed: number): SandboxProtocol {
  const signKey = randomBytes(24).toString('base64url');
  const dataKey = randomBytes(16).toString('hex');
  const seen = nonceMemory();

  const answer = (bizId: string, code: string, msg: string, report = ''): WireAnswer => {
    const parameters: Record<string, string> = {
      code,
      msg,
      biz_id: bizId,
      timestamp: String(Date.now()),
      biz_data: report === '' ? '' : encryptData(dataKey, report),
    };
    return { status: 200, body: JSON.stringify({ ...parameters, sign: signParameters(signKey, parameters) }) };
  };

  const refusedSignIn = (form: Record<string, string>): string | undefined => {
    if (form.app_id !== APP_ID) return CODE.unknownApp;
    if (!areSigned(signKey, form)) return CODE.badSign;
    if (!(Math.abs(Date.now() - Number(form.timestamp)) <= WINDOW_S * 1_000)) return CODE.badTime;
    return seen(form.nonce ?? '') === 'seen' ? CODE.badTime : undefined;
  };

  return {
    env: (url) => ({
      FRAUD_LIST_URL: url,
      FRAUD_LIST_APP_ID: APP_ID,
      FRAUD_LIST_SIGN_KEY: signKey,
      FRAUD_LIST_DATA_KEY: dataKey,
    }),
    open: (request) => {
      const form = Object.fromEntries(new URLSearchParams(request.body));
      const bizId = form.biz_id ?? '';
      const refused = refusedSignIn(form);
      if (refused !== undefined)
        return {
          kind: 'refused',
          answer: { status: 200, body: JSON.stringify({ code: refused, msg: '签名校验失败' }) },
        };
      if (form.method === 'ping') return { kind: 'other', answer: answer(bizId, CODE.hit, 'pong') };
      const enquiry =
        form.method === 'blacklist.query' ? enquiryIn(bizId, decryptData(dataKey, form.biz_data ?? '')) : undefined;
      return enquiry === undefined
        ? { kind: 'other', answer: answer(bizId, CODE.malformed, '参数错误') }
        : { kind: 'enquiry', enquiry };
    },
    report: ({ requestId, subject }) => {
      const records = fraudRecords(seed, subject.idNo);
      const query_time = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
      return JSON.stringify({
        biz_id: requestId,
        query_no: `FQ${requestId.slice(0, 60)}`,
        query_time,
        fee: FEE,
        records,
      });
    },
    answer: ({ requestId }, _request, report, wrong) => {
      const { fee, ...rest } = JSON.parse(report) as { fee: string; records: unknown[] };
      const code = rest.records.length > 0 ? CODE.hit : CODE.noHit;
      if (wrong === 'missing-field') return answer(requestId, code, 'ok', JSON.stringify(rest));
      if (wrong === 'unknown-field')
        return answer(requestId, code, 'ok', JSON.stringify({ ...rest, fee, added_later: { nested: [1, 2, 3] } }));
      const good = answer(requestId, code, 'ok', report);
      return wrong === undefined
        ? good
        : { ...good, body: JSON.stringify({ ...(JSON.parse(good.body) as object), sign: '0'.repeat(64) }) };
    },
    refuse: ({ requestId, subject }, _request, why) =>
      why === 'subject-refused'
        ? answer(requestId, CODE.refused, `不予查询 ${subject.name}`)
        : answer(requestId, CODE.reused, '流水号重复'),
    fail: (request, how) =>
      answer(
        new URLSearchParams(request.body).get('biz_id') ?? '',
        how === 'busy' ? CODE.busy : CODE.system,
        how === 'busy' ? '访问过于频繁' : '系统异常',
      ),
  };
}

/** The person by digest: the list is never told more. */
function enquiryIn(requestId: string, data: string): Enquiry | undefined {
  const { id_sm3, name_sm3, mobile_sm3 } = JSON.parse(data) as Record<string, unknown>;
  if (
    ![id_sm3, name_sm3, mobile_sm3].every((text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)) ||
    requestId === ''
  )
    return undefined;
  return { requestId, content: data, subject: { idNo: id_sm3 as string, name: name_sm3 as string } };
}
