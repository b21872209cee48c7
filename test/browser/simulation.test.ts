import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { EVENT_FIELDS as OFFERED } from '../../console/web/src/simulation/event-types.ts';
import { loansModule } from '../../console/loans/index.ts';
import { readSimulation } from '../../lending/simulations/read-simulation.ts';
import { simulate } from '../../lending/simulations/simulate.ts';
import { EVENT_FIELDS, type SimulationForm } from '../../lending/simulations/simulation-form.ts';
import { seedPolicies } from '../../platform/streaming/pipeline-runtime/index.ts';
import { openConsolePage } from './browser.ts';
import { addPerson, PASSWORD, startConsole, type Console } from './console-fixture.ts';

/** Generous: two cores run the engines, the hub and the browser. */
const PATIENCE_MS = 60_000;

/** A button that was waiting may still bear the name of its icon in front. */
const ASK = /试算$/;
const OK = /确定$/;

let hub: Console;
let opened: Awaited<ReturnType<typeof openConsolePage>>;
let page: Page;

/** Waits until an element shows a text; fails with what it shows instead. */
async function shows(testId: string, text: string): Promise<void> {
  const element = page.getByTestId(testId);
  await element
    .getByText(text)
    .first()
    .waitFor()
    .catch(async () => expect(await element.innerText()).toContain(text));
}

const dialog = () => page.getByRole('dialog');

async function enterDay(label: string | RegExp, day: string, within: Pick<Page, 'getByLabel'> = page): Promise<void> {
  const field = within.getByLabel(label, { exact: typeof label === 'string' });
  await field.fill(day);
  await field.press('Enter');
}

async function choose(label: string, option: string): Promise<void> {
  const field = dialog().getByLabel(label, { exact: true });
  await field.fill(option);
  await field.press('Enter');
}

beforeAll(async () => {
  hub = await startConsole([loansModule]);
  await seedPolicies(hub.context.postgres);
  await addPerson(hub, 'chen', { displayName: '陈晨', role: 'operator' });
  opened = await openConsolePage(PATIENCE_MS);
  page = opened.page;
}, 240_000);

afterAll(async () => {
  await opened?.close();
  await hub?.stop();
});

describe('the page 试算', () => {
  it('is for those who are signed in, from the console’s own pages', async () => {
    const headers = { 'content-type': 'application/json', 'x-hub-console': '1' };
    for (const path of ['/api/quotes', '/api/simulations'])
      expect((await fetch(`${hub.url}${path}`, { method: 'POST', headers, body: '{}' })).status).toBe(401);
    expect((await fetch(`${hub.url}/api/products?on=2026-01-15`)).status).toBe(401);
    expect(
      (
        await fetch(`${hub.url}/api/quotes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(403);
  });

  it('shows the plan of a loan to the fen, with the simple and the compound annual rate', async () => {
    await page.goto(hub.url);
    await page.getByLabel('用户名').fill('chen');
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('link', { name: '试算' }).click();
    await page.getByRole('heading', { level: 1, name: '试算', exact: true }).waitFor();
    await enterDay('放款日', '2026-01-15');
    await page.getByLabel('贷款金额', { exact: true }).fill('100000');
    await page.getByLabel('年利率', { exact: true }).fill('7.2');
    await page.getByRole('button', { name: ASK }).click();
    await shows('instalment', '3,096.86');
    await shows('instalment', '末期 3,096.94');
    await shows('rate-simple', '7.2000%');
    await shows('rate-effective', '7.4424%');
    expect(await page.getByTestId('rate-simple').innerText()).toContain('单利');
    await shows('plan', '11,487.04');
    await page.getByTestId('quote').locator('svg text').first().waitFor();
  });

  it('shows what the hub refuses at its field, and keeps what was entered', async () => {
    await enterDay(/^首次还款日/, '2028-06-15');
    await page.getByRole('button', { name: ASK }).click();
    await page.locator('.ant-form-item', { hasText: '首次还款日' }).getByText('距放款日太久').waitFor();
    await page.getByLabel('贷款金额', { exact: true }).fill('');
    await page.getByRole('button', { name: ASK }).click();
    await page.locator('.ant-form-item', { hasText: '贷款金额' }).getByText('必填').waitFor();
    await page.getByLabel('贷款金额', { exact: true }).fill('100000');
    await enterDay(/^首次还款日/, '2026-02-15');
    await page.getByRole('button', { name: ASK }).click();
    await shows('instalment', '3,096.86');
  });

  it('shows days past due, bucket, class and stage after a late repayment, each explained', async () => {
    await page.getByRole('button', { name: '添加事件' }).click();
    expect(await dialog().getByLabel('金额', { exact: true }).inputValue()).toBe('3,096.86');
    await enterDay('日期', '2026-04-20', dialog());
    await dialog().getByRole('button', { name: OK }).click();
    await shows('days-past-due', '36 天');
    await shows('days-past-due', 'M2');
    await shows('days-past-due', '2026-04-20 − 最早未还到期日 2026-03-15 = 36 天，属 M2');
    await shows('asset-class', '关注');
    await shows('asset-class', '预期信用损失第 2 阶段');
    await page
      .getByTestId('step')
      .locator('.explained', { hasText: /^585\.02$/ })
      .hover();
    await page.getByRole('tooltip').getByText('97,503.14 × 7.2% × 30/360 = 585.02').waitFor();
    await page.getByRole('tab', { name: /会计分录/ }).click();
    await page
      .getByTestId('step')
      .getByText(/还款：借 银行存款 3,096\.86/)
      .waitFor();
    await page.getByRole('tab', { name: /交易/ }).click();
    await page
      .getByTestId('step')
      .getByText(/依次冲抵：第 1 期利息 600\.00/)
      .waitFor();
  });

  it('keeps an event the loan cannot take in its dialog, with the reason at the field', async () => {
    await page.getByRole('button', { name: '添加事件' }).click();
    await choose('事件', '退还多还款');
    await dialog().getByLabel('金额', { exact: true }).fill('1');
    await dialog().getByRole('button', { name: OK }).click();
    await dialog().getByText('超过上限').waitFor();
    await choose('事件', '核销');
    await enterDay('日期', '2027-04-20', dialog());
    await dialog().getByRole('button', { name: OK }).click();
    await shows('asset-class', '损失');
    await page.getByTestId('story').getByText('已核销').waitFor();
  });

  it('hands out the file that hub simulate takes, and takes it back', async () => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出' }).click(),
    ]);
    const form = JSON.parse(readFileSync(await file.path(), 'utf8')) as SimulationForm;
    const { steps } = simulate(readSimulation(form, 'cli', []));
    expect(steps.map(({ event, ageing, status }) => [event.type, ageing.daysPastDue, status])).toEqual([
      ['DISBURSE', 0, 'ACTIVE'],
      ['PAY', 36, 'ACTIVE'],
      ['WRITE_OFF', 0, 'WRITTEN_OFF'],
    ]);

    const take = (content: unknown) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'simulation.json',
        mimeType: 'application/json',
        buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
      });
    await take('{');
    await page.getByText('不是有效的 JSON').waitFor();
    await take({ ...form, loan: { ...form.loan, termMonths: 0 } });
    await page.getByText('/loan/termMonths: 超出允许范围').waitFor();
    await take({ loan: { ...form.loan, termMonths: 24 }, events: [], until: '2026-05-20' });
    await shows('days-past-due', '94 天');
    expect(await page.getByLabel('期限', { exact: true }).inputValue()).toBe('24');
    await take(form);
    await shows('instalment', '3,096.86');
  });

  it('speaks English too, to the last word', async () => {
    await page.locator('.story-main').nth(1).click();
    await shows('days-past-due', '36 天');
    await page.getByTestId('language-switch').click();
    await page.getByRole('heading', { level: 1, name: 'Loan simulation', exact: true }).waitFor();
    await shows('days-past-due', '2026-04-20 − oldest unpaid due date 2026-03-15 = 36 days: M2');
    await shows('asset-class', 'Special mention');
    await page.getByRole('tab', { name: /Journal/ }).click();
    await page
      .getByTestId('step')
      .getByText(/repayment: debit Funding account 3,096\.86/)
      .waitFor();
    expect((await page.locator('.page').innerText()).match(/[\u4e00-\u9fff]+/g)).toBeNull();
  });

  it('offers every event with the fields the hub gives it', () => expect(OFFERED).toEqual(EVENT_FIELDS));

  it('never broke its own content security policy, nor threw', () => expect(opened.failures).toEqual([]));
});
