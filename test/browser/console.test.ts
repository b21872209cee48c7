import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { LedgerRow } from '../../platform/streaming/conservation/index.ts';
import { deadLettersModule } from '../../console/dead-letters/index.ts';
import { landBook, type Decided, type Received } from './application-book.ts';
import { openConsolePage } from './browser.ts';
import { addPerson, PASSWORD, startConsole, type Console } from './console-fixture.ts';

/** Generous: two cores run the engines, the hub and the browser. */
const PATIENCE_MS = 60_000;

const ROW: LedgerRow = {
  stage: 'to-warehouse',
  source: '/intake/dealer-east',
  topic: 'intake.application-received',
  day: '2026-11-20',
  accepted: 1200,
  landed: 1190,
  deadLettered: 4,
  inFlight: 6,
  acceptedFen: 1_680_000_000,
  landedFen: 1_666_000_000,
  deadLetteredFen: 5_600_000,
  inFlightFen: 8_400_000,
  balanced: true,
};
const OFF: LedgerRow = {
  ...ROW,
  topic: 'review.application-decided',
  day: '2026-11-19',
  landed: 1187,
  balanced: false,
};

let hub: Console;
let book: { received: Received[]; decided: Decided[] };
let opened: Awaited<ReturnType<typeof openConsolePage>>;
let page: Page;

const card = (name: string) => page.getByRole('region', { name, exact: true });
const figure = (name: string) => card(name).locator('.figure');

/** Waits until a number card shows `value`; fails with what it shows instead. */
async function shows(name: string, value: string): Promise<void> {
  await card(name)
    .locator(`.figure[data-value="${value}"]`)
    .waitFor({ timeout: PATIENCE_MS })
    .catch(async () => expect(await figure(name).getAttribute('data-value')).toBe(value));
}

async function askWarehouse(query: string): Promise<string> {
  const result = await hub.context.clickhouse.query({ query, format: 'JSONCompact' });
  return String(((await result.json<{ data: unknown[][] }>()) as unknown as { data: unknown[][] }).data[0]?.[0]);
}

beforeAll(async () => {
  hub = await startConsole([
    deadLettersModule,
    {
      routes: (app) =>
        void app.get('/api/reconcile', { config: { access: 'reconcile.read' } }, () => ({
          at: '2026-11-20T10:00:00Z',
          balanced: false,
          rows: [ROW, OFF],
        })),
    },
  ]);
  await addPerson(hub, 'chen', { displayName: '陈晨' });
  book = await landBook(hub.context.clickhouse, 210, 10);
  await hub.context.postgres.query(
    `INSERT INTO hub.dead_letter (id, step, reason, detail, topic, partition, record_offset, died_at, event_id, event_type, source, business_date, amount_fen, key, value, headers)
     VALUES ('0-7', 'review', 'EVENT_INVALID', 'amount is not a number', 'intake.application-received', 2, 41, now(), 'event-1', 'intake.application-received', '/intake/dealer-east', '2026-11-20', 0, 'app-1', $1, $2)`,
    [
      Buffer.from(JSON.stringify({ applicationId: 'app-1', request: { amountFen: 'abc' } })),
      JSON.stringify([['ce_id', Buffer.from('event-1').toString('base64')]]),
    ],
  );
  opened = await openConsolePage(PATIENCE_MS);
  page = opened.page;
}, 240_000);

afterAll(async () => {
  await opened?.close();
  await hub?.stop();
});

describe('console in a browser', () => {
  it('shows a wrong password as an error and lets the right one in, in Chinese', async () => {
    await page.goto(hub.url);
    await page.getByLabel('用户名').fill('chen');
    await page.getByLabel('密码', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('用户名或密码不正确').waitFor();
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { level: 1, name: '进件与审批', exact: true }).waitFor();
    await page.getByText('陈晨').waitFor();
  });

  it('shows the figures that SQL gives, and changes them with a filter that lives in the address', async () => {
    await shows('进件数', String(book.received.length));
    await shows('已决定', await askWarehouse('SELECT countIf(outcome IS NOT NULL) FROM fct_application'));
    const approvedFen = book.decided.reduce((sum, decision) => sum + decision.amountFen, 0);
    await shows('批准金额（元）', String(approvedFen));
    await card('审批漏斗').locator('svg text').first().waitFor();

    await page.getByTestId('filter-partner').locator('.ant-select').click();
    await page.locator('.ant-select-item-option', { hasText: 'dealer-north' }).click();
    await shows('进件数', await askWarehouse("SELECT count() FROM fct_application WHERE partner_id = 'dealer-north'"));
    expect(new URL(page.url()).searchParams.getAll('partner')).toEqual(['dealer-north']);
    await shows(
      '批准金额（元）',
      await askWarehouse(
        "SELECT sum(approved_amount_fen) FROM fct_application WHERE partner_id = 'dealer-north' AND outcome = 'APPROVED'",
      ),
    );
    await page.keyboard.press('Escape');

    await page.reload();
    await shows('进件数', await askWarehouse("SELECT count() FROM fct_application WHERE partner_id = 'dealer-north'"));
    await page.getByRole('button', { name: '重置筛选' }).click();
    await shows('进件数', String(book.received.length));
  });

  it('drills down from a bar to the applications, to one of them, to its raw event', async () => {
    const bar = card('转人工与拒绝原因').locator('svg path[fill="#1d4f91"]').first();
    await bar.click();
    await page.getByRole('heading', { level: 1, name: '进件查询', exact: true }).waitFor();
    const reason = new URL(page.url()).searchParams.get('reason') ?? '';
    const listed = book.decided.filter((decision) => decision.reasons.some((one) => one.code === reason));
    expect(listed.length).toBeGreaterThan(0);
    await page.getByText(`已显示 ${Math.min(50, listed.length)} 笔`).waitFor();

    const row = page.locator('tr.row-clickable').first();
    const applicationId = (await row.locator('td.code').first().textContent()) ?? '';
    expect(listed.map((decision) => decision.applicationId)).toContain(applicationId);
    await row.click();
    await page.getByRole('heading', { level: 1, name: '申请详情', exact: true }).waitFor();
    await page.getByTestId('trace').getByText('ltv=0.7000').waitFor();
    await page.getByText('138****8000').waitFor();

    const event = page.getByTestId('events').locator('tr', { hasText: 'review.application-decided' });
    const offset = await askWarehouse(
      `SELECT "offset" FROM raw_review_application_decided WHERE key = '${applicationId}'`,
    );
    expect(await event.locator('td.code').allTextContents()).toEqual([
      'review.application-decided',
      '3',
      offset,
      `review.application-decided/${applicationId}`,
    ]);
    await event.click();
    const shown = JSON.parse((await page.getByTestId('event-data').textContent()) ?? '') as Decided;
    expect(shown).toEqual(book.decided.find((decision) => decision.applicationId === applicationId));
  });

  it('shows only masks in the event that carried personal data', async () => {
    await page.getByTestId('events').locator('tr', { hasText: 'intake.application-received' }).click();
    const received = JSON.parse((await page.getByTestId('event-data').first().textContent()) ?? '') as {
      applicant: Record<string, unknown>;
    };
    expect(received.applicant).toMatchObject({ name: '张*', idNo: '110105********002X', mobile: '138****8000' });
  });

  it('switches the language and remembers it', async () => {
    await page.getByTestId('language-switch').click();
    await page.getByRole('heading', { name: 'Rule trace' }).waitFor();
    await page.goto(hub.url);
    await page.getByRole('heading', { level: 1, name: 'Intake and approval', exact: true }).waitFor();
    await shows('Applications', String(book.received.length));
    const text = await page.locator('.grid').innerText();
    expect(text.match(/[\u4e00-\u9fff]+/g)).toBeNull();
    await page.getByTestId('language-switch').click();
    await page.getByRole('heading', { level: 1, name: '进件与审批', exact: true }).waitFor();
  });

  it('shows the books with what is off first', async () => {
    await page.getByRole('link', { name: '对账' }).click();
    await page.getByTestId('verdict').getByText('账目不平').waitFor();
    const rows = page.locator('tbody tr.ant-table-row');
    expect(await rows.count()).toBe(2);
    expect(await rows.first().innerText()).toMatch(/review\.application-decided[\s\S]*差 3/);
    expect(await rows.last().innerText()).toMatch(/16,800,000\.00[\s\S]*平衡/);
    await page.getByRole('switch').click();
    await expect(rows.count()).resolves.toBe(1);
  });

  it('shows a dead letter, refuses broken JSON and an event that is not valid, and replays it as it was', async () => {
    await page.getByRole('link', { name: '死信' }).click();
    await page.locator('tr.row-clickable', { hasText: 'amount is not a number' }).click();
    expect(JSON.parse((await page.getByTestId('letter-value').textContent()) ?? '')).toEqual({
      applicationId: 'app-1',
      request: { amountFen: 'abc' },
    });

    await page.getByRole('button', { name: '修改内容' }).click();
    const editor = page.getByRole('textbox', { name: '消息内容' });
    await editor.fill('{"applicationId": ');
    await page.getByText('不是有效的 JSON').waitFor();
    expect(await page.getByRole('button', { name: '按修改后的内容重放' }).isDisabled()).toBe(true);

    await editor.fill('{"applicationId": "app-1"}');
    await page.getByRole('button', { name: '按修改后的内容重放' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '重放' }).click();
    await page.getByText('重放被拒绝').waitFor();
    expect(await page.locator('.problems li').count()).toBeGreaterThan(0);

    await page.getByRole('button', { name: '放弃修改' }).click();
    await page.getByRole('button', { name: '重放', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: '重放' }).click();
    await page.getByText(/chen 于 .* 重放/).waitFor();
    const { rows } = await hub.context.postgres.query<{ edited: boolean; requested_by: string }>(
      `SELECT edited, requested_by FROM hub.dead_letter_replay WHERE dead_letter_id = '0-7'`,
    );
    expect(rows).toEqual([{ edited: false, requested_by: 'user:chen' }]);
  });

  it('shows what runs, says what is not there, and signs out', async () => {
    await page.getByRole('link', { name: '运行状态' }).click();
    await page.getByText('全部组件正常').waitFor();
    await page.goto(`${hub.url}/applications/app-99999`);
    await page.getByText('没有找到这笔申请').waitFor();
    await page.goto(`${hub.url}/dashboards/application_approval?date=2020-01-01~2020-01-02`);
    await shows('进件数', '0');
    await card('每日进件与审批结果').getByText('没有数据').waitFor();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('heading', { level: 1, name: '登录', exact: true }).waitFor();
    expect((await page.request.get(`${hub.url}/api/session`)).status()).toBe(401);
  });

  it('never broke its own content security policy, nor threw', () => {
    expect(opened.failures).toEqual([]);
  });
});
