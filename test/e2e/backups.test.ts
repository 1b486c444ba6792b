/**
 * Backups, as an administrator makes and uses them: a place and its recovery key, a message brought back, everything brought back, and
 * the whole data folder lost and restored on a bare machine; what IMAP clients see after each.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  runService,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { findViolations } from './find-violations.ts';
import { openSignedInPage } from './signed-in-page.ts';

const ADMIN = { name: 'admin', password: 'correct horse battery' };
const TOM = { user: 'tom@server1.com', pass: 'tom-password' };
const MESSAGES = 40;
const PICTURES = 'test-results/backups';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let browser: Browser;
let page: Page;
let complaints: readonly string[];
let recoveryKey = '';

function start(): Promise<ServiceProcess> {
  const places = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'];
  return startService([
    ...places,
    '--ports',
    ALL_FREE_PORTS,
    '--console',
    '127.0.0.1:0',
    '--log-level',
    'warn',
  ]);
}

async function withInbox<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const port = service.port('imap');
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: TOM,
    logger: false,
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  try {
    return await work(client);
  } finally {
    lock.release();
    await client.logout();
  }
}

/** Octets and flags of all messages, and the UIDVALIDITY. */
function readMail() {
  return withInbox(async (client) => {
    const mail: { source: string; flags: readonly string[] }[] = [];
    for await (const { source, flags } of client.fetch('1:*', { source: true, flags: true }))
      mail.push({ source: source?.toString() ?? '', flags: [...(flags ?? [])].sort() });
    const { mailbox } = client;
    return { mail, uidValidity: mailbox === false ? 0 : Number(mailbox.uidValidity) };
  });
}

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  folder = await makeWorkFolder();
  service = await start();
  await withInbox(async (client) => {
    for (let number = 0; number < MESSAGES; number++) {
      const body = number % 10 === 0 ? 'a large one\r\n'.repeat(20_000) : `body ${number}\r\n`;
      const head = `From: anna@server1.com\r\nSubject: Letter ${number}\r\nMessage-ID: <${number}@server1.com>\r\n\r\n`;
      await client.append('INBOX', head + body, number % 2 === 0 ? ['\\Seen'] : ['Invoice']);
    }
  });
  await openPage();
});

afterAll(async () => {
  await browser?.close();
  await service?.end();
  await folder?.remove();
});

async function openPage(): Promise<void> {
  ({ browser, page, complaints } = await openSignedInPage(service.ready.console, ADMIN));
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Backups', exact: true }).last().click();
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const picture = (name: string) => page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });

describe('an administrator', () => {
  it('names a folder, keeps the recovery key, and makes a backup', async () => {
    await picture('empty');
    await button('Choose a place').click();
    await page.locator('#backup-path').fill(folder.path('place'));
    await button('Look at it and use it').click();
    const shown = page.getByRole('dialog').getByText(/^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){13}$/u);
    recoveryKey = (await shown.textContent()) ?? '';
    await picture('key');
    await button('I keep it elsewhere').click();
    await button('Back up now').click();
    await page.getByRole('cell', { name: 'by hand' }).waitFor({ timeout: 60_000 });
    await page.getByText('restored on trial: in order').waitFor({ timeout: 60_000 });
    await picture('made');
    expect(await findViolations(page)).toEqual([]);
  });

  it('brings back single messages, which does nobody any harm a second time', async () => {
    await withInbox((client) => client.messageDelete({ seq: '8,11' }));
    expect((await readMail()).mail).toHaveLength(MESSAGES - 2);
    await button('Look into it').click();
    await page.locator('#browse-title').waitFor();
    await page.locator('.el-select').first().click();
    await page.getByRole('option', { name: TOM.user }).click();
    await page.getByLabel('Words in subject or sender').waitFor();
    await page.getByRole('cell', { name: 'Letter 11', exact: true }).waitFor();
    await page.getByLabel('Words in subject or sender').fill('letter 10');
    await page.getByRole('cell', { name: 'Letter 11', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'Choose “Letter 10”' }).check();
    await picture('browsing');
    for (const expected of [MESSAGES - 1, MESSAGES - 1]) {
      await button('Restore 1 message…').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(async () => (await readMail()).mail.length, { timeout: 20_000 }).toBe(expected);
    }
    const back = (await readMail()).mail.find(({ source }) => source.includes('Subject: Letter 10\r\n'));
    expect(back?.source).toContain('a large one');
    expect(back?.flags).toContain('\\Seen');
    expect(await findViolations(page)).toEqual([]);
    await button('Close it').click();
  });

  it('brings back everything, and the server starts anew with it', async () => {
    await withInbox((client) => client.messageDelete('1:20'));
    const before = await readMail();
    await button('Restore all…').click();
    await picture('restore-all');
    await button('Restore everything').click();
    await expect
      .poll(async () => (await readMail().catch(() => null))?.mail.length ?? 0, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(MESSAGES);
    const after = await readMail();
    expect(after.uidValidity).toBeGreaterThan(before.uidValidity);
    // The console comes after the mail.
    await expect.poll(() => page.reload().then(Boolean, () => false), { timeout: 20_000 }).toBe(true);
    await picture('restored');
    expect(complaints).toEqual([]);
  });
});

it('a data folder that is lost comes back on a bare machine with the recovery key alone', async () => {
  const before = await readMail();
  expect(await service.end()).toBe(0);
  await browser.close();
  await rm(folder.data, { recursive: true });
  const key = folder.path('key.txt');
  await writeFile(key, `# in the safe\n${recoveryKey.toLowerCase()}\n`);
  const wrong = folder.path('wrong.txt');
  await writeFile(wrong, recoveryKey.slice(5));
  const place = folder.path('place');
  const refused = await runService(['restore', place, '--recovery-key-file', wrong, '--data', folder.data]);
  expect([refused.code, refused.log]).toEqual([2, expect.stringContaining('recovery key')]);
  const restored = await runService(['restore', place, '--recovery-key-file', key, '--data', folder.data]);
  expect(restored.output).toContain('restored to');
  expect(restored.code).toBe(0);
  const doctor = await runService(['doctor', '--data', folder.data]);
  expect(doctor.output).toContain('everything is in order');
  service = await start();
  expect((await readMail()).mail).toEqual(before.mail);
});
