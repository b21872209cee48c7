import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { projectPath } from '../../platform/kernel/project.ts';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of the system's Chromium: CHROMIUM_PATH, or where systems keep it. Throws when there is none (`platform/local/setup --browser` installs it). */
function chromiumPath(): string {
  const found = [process.env['CHROMIUM_PATH'] ?? '', ...CANDIDATES].find((path) => path !== '' && existsSync(path));
  if (found === undefined)
    throw new Error('Chromium was not found: run node platform/local/setup/setup.mjs --browser, or set CHROMIUM_PATH');
  return found;
}

/** A browser of its own profile, in Chinese, that talks to nobody but the pages it is sent to. */
export async function openBrowser(): Promise<{ browser: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'hub-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A page of such a browser over the built web app, and what broke on it: what was thrown, and what its content security policy stopped. */
export async function openConsolePage(
  patienceMs: number,
): Promise<{ page: Page; failures: string[]; close(): Promise<void> }> {
  if (!existsSync(projectPath('dist', 'web', 'index.html')))
    execFileSync('npm', ['run', '--silent', 'build:web'], { cwd: projectPath(), stdio: 'ignore' });
  const { browser, close } = await openBrowser();
  const page = browser.pages()[0] ?? (await browser.newPage());
  const failures: string[] = [];
  page.setDefaultTimeout(patienceMs);
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      failures.push(message.text());
  });
  return { page, failures, close };
}
