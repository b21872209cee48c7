import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { applicationDecided, applicationReceived } from '../../models/events/index.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { projectPath } from '../../platform/kernel/project.ts';
import { sampleCard, samplePerson } from '../support/sample-application.ts';
import { decidedEvent, landEvents, receivedEvent, type Received } from './application-book.ts';
import { openBrowser } from './browser.ts';
import { addPerson, PASSWORD, startConsole, type Console } from './console-fixture.ts';

/** Generous: two cores run the engines, the hub and the browser. */
const PATIENCE_MS = 60_000;
const home = mkdtempSync(join(tmpdir(), 'hub-customers-'));

let hub: Console;
let opened: { browser: BrowserContext; close(): Promise<void> };
let page: Page;
const ids: string[] = [];
const failures: string[] = [];

const section = (name: string) => page.getByTestId(name);

/** Three applications: of the first person (approved; the second answers for it), of the second (declined; the first answers), of the third (open). */
async function landCustomers(): Promise<void> {
  const privacy = await openPrivacy(hub.context);
  const persons = await privacy.protect(
    [0, 1, 2].map((n) => ({ ...samplePerson(n), cardNo: sampleCard(n), addressDetail: `某某街道${n}号` })),
  );
  ids.push(...persons.map(({ personId }) => personId));
  const identity = (n: number) => {
    const { personId, name, idNo, mobile } = persons[n]!;
    return {
      personId,
      name,
      idNo,
      mobile,
      birthDate: '1990-01-01',
      sex: 'M' as const,
      idRegion: samplePerson(n).idNo.slice(0, 6),
    };
  };
  const application = (n: number, guarantor?: number): Received => {
    const base = receivedEvent(n, Date.now() - (4 - n) * 86_400_000, {
      partnerId: 'dealer-east',
      product: 'NEW-ANNUITY',
      region: '310101',
      amountFen: 12_000_000,
    });
    const applicant = {
      ...base.applicant,
      ...identity(n),
      address: { region: '310101', detail: persons[n]!.addressDetail },
    };
    return {
      ...base,
      personId: ids[n]!,
      applicant,
      guarantors: guarantor === undefined ? [] : [identity(guarantor)],
      bankCard: { no: persons[n]!.cardNo, issuer: 'ICBC' },
    };
  };
  const received = [application(0, 1), application(1, 0), application(2)];
  const decided = [
    {
      ...decidedEvent(received[0]!, 'APPROVED', 3),
      rating: {
        scorecard: 'application-2026-11',
        points: 612,
        probabilityOfDefault: '0.021400',
        grade: 'B',
        characteristics: [],
      },
    },
    decidedEvent(received[1]!, 'DECLINED', 4, [{ code: 'LTV_CAP', detail: 'loan to value 0.9000 over 0.8000' }]),
  ];
  await landEvents(
    hub.context.clickhouse,
    applicationReceived,
    received.map((data) => ({ at: data.receivedAt, data })),
  );
  await landEvents(
    hub.context.clickhouse,
    applicationDecided,
    decided.map((data) => ({ at: data.decidedAt, data })),
  );
}

async function signIn(name: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(hub.url);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('menuitem', { name: '客户' }).click();
}

async function search(by: string, value: string): Promise<void> {
  await page.getByRole('combobox', { name: '查找方式' }).click();
  await page.getByTitle(by, { exact: true }).last().click();
  await page.getByRole('searchbox', { name: '查找内容' }).fill(value);
  await page.getByRole('button', { name: '查询' }).click();
}

async function giveReason(button: string): Promise<void> {
  await page.getByRole('textbox', { name: '原因（请勿填写个人信息）' }).fill('客户本人到店申请');
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
}

/** For whoever wants to look: HUB_SCREENSHOTS names a folder. */
async function picture(name: string): Promise<void> {
  const folder = process.env['HUB_SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

beforeAll(async () => {
  if (!existsSync(projectPath('dist', 'web', 'index.html')))
    execFileSync('npm', ['run', '--silent', 'build:web'], { cwd: projectPath(), stdio: 'ignore' });
  hub = await startConsole([], { home });
  await addPerson(hub, 'chen', { displayName: '陈晨' });
  await addPerson(hub, 'li', { displayName: '李静', role: 'reviewer' });
  await landCustomers();
  opened = await openBrowser();
  page = opened.browser.pages()[0] ?? (await opened.browser.newPage());
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => failures.push(error.message));
}, 240_000);

afterAll(async () => {
  await opened?.close();
  await hub?.stop();
  rmSync(home, { recursive: true, force: true });
});

describe('customers in a browser', () => {
  it('are found by ID number, which stays out of the address, and shown in masks', async () => {
    const { name, idNo, mobile } = samplePerson(0);
    await signIn('chen');
    await page.getByText('输入完整的号码后查询').waitFor();
    await search('证件号码', idNo);
    await page.getByRole('cell', { name: `${idNo.slice(0, 6)}********${idNo.slice(-4)}` }).click();
    await page.getByRole('heading', { level: 1, name: '客户信息' }).waitFor();
    expect(page.url()).toBe(`${hub.url}/customers/${ids[0]}`);
    await section('person')
      .getByText(`${mobile.slice(0, 3)}****${mobile.slice(-4)}`)
      .waitFor();
    expect(await page.locator('.shell-content').innerText()).not.toMatch(new RegExp(`${name}|${idNo}|${mobile}`));
    await section('applications').getByText('批准', { exact: true }).waitFor();
    await section('guarantors')
      .locator('tbody tr', { hasText: samplePerson(1).mobile.slice(-4) })
      .waitFor();
    await section('guarantor-of').getByText('拒绝', { exact: true }).waitFor();
    await section('ratings').getByText('application-2026-11').waitFor();
    await section('consents').getByText('查询征信').waitFor();
    await section('loans').getByText('还没有观察到此客户的贷款').waitFor();
    await section('accesses').getByText('查看', { exact: true }).first().waitFor();
    await picture('customer-zh');
    // To one of the applications, and from there to the person again.
    await section('applications').getByRole('link').first().click();
    await page.waitForURL('**/applications/*');
    const link = page.getByRole('link', {
      name: `${name.slice(0, 1)}${'*'.repeat([...name].length - 1)}`,
      exact: true,
    });
    await link.waitFor();
    await picture('application-zh');
    await link.click();
    await page.waitForURL(`${hub.url}/customers/${ids[0]}`);
    await section('person').waitFor();
  });

  it('are revealed with a reason, and the record shows it', async () => {
    const { name, idNo, mobile } = samplePerson(0);
    await page.getByRole('button', { name: '查看明文' }).click();
    await giveReason('查看明文');
    await section('person').getByText(idNo).waitFor();
    await section('person').getByText(name).waitFor();
    await section('contacts').getByText(mobile).waitFor();
    await section('contacts').getByText(sampleCard(0)).waitFor();
    await section('accesses').getByText('查看明文').waitFor();
    await picture('customer-revealed');
  });

  it('are exported into a file', async () => {
    await page.getByRole('button', { name: '导出全部数据' }).click();
    const download = page.waitForEvent('download');
    await giveReason('导出全部数据');
    const exported = readFileSync(await (await download).path(), 'utf8');
    expect(JSON.parse(exported)).toMatchObject({
      personId: ids[0],
      events: [
        { type: 'intake.application-received', data: { applicant: { idNo: samplePerson(0).idNo } } },
        { type: 'review.application-decided' },
      ],
    });
    expect(exported).not.toContain(samplePerson(1).idNo);
    await page.getByText('已导出').waitFor();
  });

  it('are not erased while something is open, and afterwards cannot be found by who they are', async () => {
    await page.goto(`${hub.url}/customers/${ids[2]}`);
    await page.getByRole('button', { name: '删除此客户' }).click();
    await page.getByRole('textbox', { name: '请输入客户编号以确认：' }).fill(ids[2]!);
    await giveReason('删除此客户');
    await page.getByText('尚有未完结的业务，暂不能删除').waitFor();
    await picture('customer-open-business');
    await page.goto(`${hub.url}/customers/${ids[0]}`);
    await page.getByRole('button', { name: '删除此客户' }).click();
    await page.getByRole('textbox', { name: '请输入客户编号以确认：' }).fill(ids[0]!);
    await giveReason('删除此客户');
    await page.getByText('此客户的个人信息已不可还原；申请与金额统计保留。').waitFor();
    await section('applications').getByText('120,000.00').first().waitFor();
    expect(await section('person').count()).toBe(0);
    await picture('customer-erased');
    await page.getByRole('button', { name: '返回查找' }).click();
    await search('证件号码', samplePerson(0).idNo);
    await page.getByText('没有找到客户').waitFor();
    await search('证件号码', '110105194912310021');
    await page.getByRole('alert').filter({ hasText: '身份证号校验码不符' }).waitFor();
  });

  it('are shown to a reviewer without what that role may not do, in English too', async () => {
    await signIn('li');
    await search('申请/订单编号', 'D00000001');
    await page.locator('tbody tr.row-clickable').click();
    await section('person').waitFor();
    expect(await page.getByRole('button', { name: '查看明文' }).count()).toBe(0);
    expect(await section('accesses').count()).toBe(0);
    await page.getByTestId('language-switch').click();
    await page.getByRole('heading', { level: 1, name: 'Customer', exact: true }).waitFor();
    await section('guarantor-of').getByText('Erased').waitFor();
    await page.getByText('No loan of this customer has been observed yet').waitFor();
    await picture('customer-en');
    expect(failures).toEqual([]);
  });
});
