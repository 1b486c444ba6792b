/**
 * A lost machine: Setup of a fresh service finds the backup of another one, restores it with the recovery key alone, and the people of the
 * office read their mail as before.
 */
import { mkdir } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInToConsole } from '../support/console-caller.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startOffice,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { launchChromium } from './chromium.ts';
import { findViolations } from './find-violations.ts';

const TOM = { user: 'tom@server1.com', pass: 'tom-password' };
const MESSAGES = 20;
const PICTURES = 'test-results/setup-restore';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let fresh: ServiceProcess;
let browser: Browser;
let page: Page;
let recoveryKey = '';
let sources: readonly string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  folder = await makeWorkFolder();
  const lost = await startOffice(folder);
  sources = await fillAndRead(lost);
  await backUp(lost);
  await lost.end();
  fresh = await startService([
    ...['--data', folder.path('fresh'), '--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS],
    ...['--console', '127.0.0.1:0', '--log-level', 'warn'],
  ]);
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(fresh.ready.console);
});

afterAll(async () => {
  await browser?.close();
  await fresh?.end();
  await folder?.remove();
});

async function withInbox<T>(service: ServiceProcess, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const where = { host: '127.0.0.1', port: service.port('imap'), secure: false, doSTARTTLS: false };
  const client = new ImapFlow({ ...where, auth: TOM, logger: false });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  try {
    return await work(client);
  } finally {
    lock.release();
    await client.logout();
  }
}

async function readSources(client: ImapFlow): Promise<readonly string[]> {
  const read: string[] = [];
  for await (const { source } of client.fetch('1:*', { source: true })) read.push(source?.toString() ?? '');
  return read;
}

function fillAndRead(service: ServiceProcess): Promise<readonly string[]> {
  return withInbox(service, async (client) => {
    for (let number = 0; number < MESSAGES; number++)
      await client.append('INBOX', `From: anna@server1.com\r\nSubject: Letter ${number}\r\n\r\nbody\r\n`);
    return readSources(client);
  });
}

async function backUp({ ready }: ServiceProcess): Promise<void> {
  const { calls, close } = await signInToConsole(ready.console, OFFICE.admin);
  const place = { kind: 'folder', path: folder.path('place') } as const;
  recoveryKey = (await calls.backups.setPlace({ place, recoveryKey: '' })).recoveryKey ?? '';
  await calls.backups.start({ kind: 'backup' });
  const feed = await calls.backups.watch();
  for await (const event of feed) if (event.type === 'snapshot' && event.snapshot.runs.length > 0) break;
  close();
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

/** In both themes, at both widths. */
async function pictures(name: string, of: Page = page): Promise<void> {
  for (const width of [1440, 1024]) {
    await of.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await of.emulateMedia({ colorScheme });
      await of.waitForTimeout(400);
      await of.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await of.emulateMedia({ colorScheme: 'light' });
  await of.setViewportSize({ width: 1440, height: 900 });
}

async function lookFor(path: string, key: string, of: Page = page): Promise<void> {
  await of.locator('#backup-path').fill(path);
  await of.locator('#restore-recovery-key').fill(key);
  await of.locator('.el-button--primary').click();
}

describe('Setup of a fresh machine', () => {
  it('says why a place or a key will not do', async () => {
    await button('Restore a backup').waitFor();
    await pictures('offer');
    await button('Restore a backup').click();
    await page.getByText('S3-compatible storage').click();
    await pictures('bucket');
    await page.getByText('Folder', { exact: true }).first().click();
    await mkdir(folder.path('elsewhere'));
    await lookFor(folder.path('elsewhere'), recoveryKey);
    await page.getByText('There are no backups of Postroom at this place').waitFor();
    await pictures('no-place');
    await lookFor(folder.path('place'), recoveryKey.slice(5));
    await page.getByText('This is no recovery key').waitFor();
    expect(await findViolations(page)).toEqual([]);
  });

  it('shows the same in Chinese', async () => {
    const chinese = await browser.newPage({ locale: 'zh-CN' });
    await chinese.goto(fresh.ready.console);
    await chinese.getByRole('button', { name: '恢复备份' }).click();
    await lookFor(folder.path('place'), recoveryKey, chinese);
    await chinese.locator('tbody input[type=radio]').first().waitFor();
    await pictures('chinese', chinese);
    await chinese.close();
  });

  it('finds the backup, restores it, and asks for the administrator of before', async () => {
    await lookFor(folder.path('place'), recoveryKey.toLowerCase());
    await button('Restore it').waitFor();
    await pictures('found');
    expect(await findViolations(page)).toEqual([]);
    await button('Restore it').click();
    await page.locator('progress').waitFor();
    await page.screenshot({ path: `${PICTURES}/progress.png` });
    await page.locator('#sign-in-name').waitFor({ timeout: 60_000 });
    await page.locator('#sign-in-name').fill(OFFICE.admin.name);
    await page.locator('#sign-in-password').fill(OFFICE.admin.password);
    await page.keyboard.press('Enter');
    await page.locator('nav a').first().waitFor();
    await page.screenshot({ path: `${PICTURES}/restored.png` });
    expect(await withInbox(fresh, readSources)).toEqual(sources);
    expect(complaints).toEqual([]);
  });
});
