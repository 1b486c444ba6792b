/**
 * Sharing, as an administrator does it by clicking and people see it in their mail programs: a shared mailbox that answers from
 * its address, and a colleague's INBOX in two clicks.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClient, submitWithSwaks } from '../support/clients.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { launchChromium } from './chromium.ts';

const ADMIN = { name: 'admin', password: 'correct horse battery' };
const TOM = { user: 'tom@server1.com', password: 'tom reads mail' };
const ANNA = { user: 'anna@server1.com', password: 'anna reads mail' };
const INFO = 'info@server1.com';
const PICTURES = 'test-results/sharing';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
/** Clicks since the page was opened. */
let clicks = 0;

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  folder = await makeWorkFolder();
  const account = ({ user, password }: typeof TOM, name: string) => ({
    localPart: user.split('@')[0],
    password,
    name,
  });
  const accounts = [account(TOM, 'Tom'), account(ANNA, 'Anna')];
  const provision = {
    hostname: 'mail.server1.com',
    admin: ADMIN,
    domains: [{ name: 'server1.com', accounts }],
  };
  const file = join(folder.data, '..', 'sharing-provision.json');
  await writeFile(file, JSON.stringify(provision));
  const args = ['--data', folder.data, '--provision', file, '--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS];
  service = await startService([...args, '--console', '127.0.0.1:0', '--log-level', 'warn']);
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(service.ready.console);
  await page.locator('input').first().fill(ADMIN.name);
  await page.locator('input[type=password]').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Accounts' }).first().click();
});

afterAll(async () => {
  await browser?.close();
  await service?.end();
  await folder?.remove();
});

async function openTab(name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).last().click();
}

/** The row of a table that names `text`. */
const row = (text: string) => page.getByRole('row').filter({ hasText: text });
/** What may be chosen for a person in the dialog. */
const level = (person: string, name: string) =>
  page.getByRole('dialog').getByRole('radiogroup', { name: person }).getByText(name, { exact: true });

async function click(target: ReturnType<typeof row>): Promise<void> {
  clicks++;
  await target.click();
}

async function openMail({ user, password }: typeof TOM): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: service.port('imaps'),
    secure: true,
    auth: { user, pass: password },
    tls: { rejectUnauthorized: false },
    logger: false,
  });
  await client.connect();
  return client;
}

async function unseenIn(client: ImapFlow, mailbox: string): Promise<number | undefined> {
  const status = await client.status(mailbox, { unseen: true });
  return status ? status.unseen : undefined;
}

function sendFrom(from: string, signIn: typeof TOM) {
  const { user, password } = signIn;
  const server = ['--server', `127.0.0.1:${service.port('submission')}`, '--tls'];
  const auth = ['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password];
  const message = ['--from', from, '--to', ANNA.user, '--h-Subject', 'An answer', '--body', 'Yes.'];
  return runClient('swaks', [...server, ...auth, ...message]);
}

describe('a shared mailbox', () => {
  it('is made and given to Tom', async () => {
    await openTab('Shared mailboxes');
    await page.getByText('No shared mailbox yet').waitFor();
    await page.screenshot({ path: `${PICTURES}/empty.png` });
    await page.getByRole('button', { name: 'Add shared mailbox' }).first().click();
    await page.locator('#shared-local-part').fill('info');
    await page.locator('#shared-name').fill('Questions');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    // Who reads it is asked at once.
    await page.getByRole('dialog').getByText(`Share ${INFO}`).waitFor();
    await level('Tom', 'Can read and write').click();
    await page.getByText('Tom can read, flag, file, delete, and send from this address.').first().waitFor();
    await page.screenshot({ path: `${PICTURES}/shared.png` });
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click();
    await row(INFO).getByText('Tom').waitFor();
  });

  it('gets mail at its address, which Tom reads in his own mail program', async () => {
    const sent = await submitWithSwaks(service.port('submission'), ANNA, { to: INFO, subject: 'A question' });
    expect(sent.code, sent.output).toBe(0);
    const tom = await openMail(TOM);
    expect((await tom.list()).filter(({ subscribed }) => subscribed).map(({ path }) => path)).toContain(
      'Shared/info',
    );
    await expect.poll(async () => unseenIn(tom, 'Shared/info')).toBe(1);
    const lock = await tom.getMailboxLock('Shared/info');
    const message = await tom.fetchOne('*', { envelope: true });
    expect(message && message.envelope?.subject).toBe('A question');
    lock.release();
    await tom.logout();
  });

  it('says so on the message’s timeline', async () => {
    await row(INFO).click();
    await page.getByRole('link', { name: 'Its messages' }).click();
    await row('A question').click();
    await page.getByText(`Delivered to the shared mailbox ${INFO}, INBOX`).waitFor();
    await page.screenshot({ path: `${PICTURES}/timeline.png` });
  });

  it('is answered from its own address by Tom, and not by Anna', async () => {
    const answer = await sendFrom(INFO, TOM);
    expect(answer.code, answer.output).toBe(0);
    expect((await sendFrom(INFO, ANNA)).output).toContain('553 5.7.1');
  });
});

describe('a colleague’s mailbox', () => {
  it('is shared in two clicks, and is in the other’s mail program', async () => {
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await row(ANNA.user).waitFor();
    clicks = 0;
    await click(row(ANNA.user).getByRole('button', { name: 'Share' }));
    await click(level('Tom', 'Can read'));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Tom can read. What Tom has read counts for Tom alone.').waitFor();
    expect(clicks).toBe(2);
    await page.screenshot({ path: `${PICTURES}/two-clicks.png` });
    const tom = await openMail(TOM);
    expect((await tom.list()).map(({ path }) => path)).toContain('Other Users/anna');
    const mailbox = await tom.mailboxOpen('Other Users/anna');
    expect([mailbox.readOnly, mailbox.exists]).toEqual([true, 1]);
    await tom.logout();
  });

  it('shows the rights behind the words, and takes them back on request', async () => {
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Details').click();
    await dialog.getByText('marks messages as read, for itself').waitFor();
    await page.getByText('Undo', { exact: true }).last().click();
    await expect.poll(() => level('Tom', 'No access').locator('input').isChecked()).toBe(true);
    const tom = await openMail(TOM);
    expect((await tom.list()).map(({ path }) => path)).not.toContain('Other Users/anna');
    await tom.logout();
    expect(complaints).toEqual([]);
  });
});
