/**
 * The first day of an office, as its people live it: Setup by clicking, two accounts, a message sent and read with programs
 * that others wrote, and the administrator watching, without a reload.
 */
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWithCurl, runPython, submitWithSwaks } from '../support/clients.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { launchChromium } from './chromium.ts';

const ADMINISTRATOR_PASSWORD = 'correct horse battery';
const TOM = { user: 'tom@server1.com', password: 'tom reads mail' };
const ANNA = { user: 'anna@server1.com', password: 'anna reads mail' };
const PICTURES = 'test-results/office';

const READ_WITH_IMAPLIB = `
import imaplib, ssl, sys
mail = imaplib.IMAP4_SSL('127.0.0.1', int(sys.argv[1]), ssl_context=ssl._create_unverified_context())
mail.login(sys.argv[2], sys.argv[3])
mail.select()
_, found = mail.search(None, 'SUBJECT', sys.argv[4])
for number in found[0].split():
    print(mail.fetch(number, '(RFC822)')[1][0][1].decode())
mail.logout()
`;

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  folder = await makeWorkFolder();
  const args = ['--data', folder.data, '--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS];
  service = await startService([...args, '--console', '127.0.0.1:0', '--log-level', 'warn']);
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});

afterAll(async () => {
  await browser?.close();
  await service?.end();
  await folder?.remove();
});

async function picture(name: string): Promise<void> {
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function press(name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click();
}

async function addAccount(person: { name: string; localPart: string; password: string }): Promise<void> {
  await press('Add account');
  const dialog = page.getByRole('dialog');
  await dialog.locator('#account-name').fill(person.name);
  await dialog.locator('#account-local-part').fill(person.localPart);
  await dialog.locator('#account-password').fill(person.password);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(`${person.localPart}@server1.com`).first().waitFor();
}

describe('the first day', () => {
  it('opens Setup on an empty data folder and makes the administrator', async () => {
    await page.goto(service.ready.console);
    await page.getByRole('heading', { name: 'Set up Postroom' }).waitFor();
    await picture('setup-1-administrator');
    await page.locator('#administrator-password').fill(ADMINISTRATOR_PASSWORD);
    await page.locator('#administrator-repeat').fill(ADMINISTRATOR_PASSWORD);
    await press('Continue');
    await page.locator('#setup-domain').waitFor();
  });

  it('takes the domain and names the server after it', async () => {
    await page.locator('#setup-domain').fill('server1.com');
    await press('Add domain');
    await expect.poll(() => page.locator('#setup-hostname').inputValue()).toContain('.');
    await page.locator('#setup-hostname').fill('mail.server1.com');
    const save = page.getByRole('button', { name: 'Save', exact: true });
    if (await save.isEnabled()) await save.click();
    await picture('setup-2-domain');
    await press('Continue');
  });

  it('adds Tom and Anna', async () => {
    await addAccount({ name: 'Tom', localPart: 'tom', password: TOM.password });
    await addAccount({ name: 'Anna', localPart: 'anna', password: ANNA.password });
    await picture('setup-3-accounts');
    await press('Continue');
  });

  it('asks how mail leaves, and saves the choice on the way', async () => {
    await page.getByRole('radio', { name: /Straight to the recipient/ }).waitFor();
    await page.getByRole('button', { name: 'Test connection' }).waitFor();
    await page.getByRole('radio', { name: /Not at all/ }).check();
    await picture('setup-4-leaving');
    await press('Continue');
    await page.getByText('Mail leaves this way from now on.').waitFor();
  });

  it('shows the ports, then the DNS records, and sends a test message through the real path', async () => {
    await page
      .getByText(String(service.port('imaps')))
      .first()
      .waitFor();
    await picture('setup-5-connections');
    await press('Continue');
    await page.getByText('v=spf1', { exact: false }).first().waitFor();
    await picture('setup-6-dns');
    await press('Continue');
    await press('Send test message');
    await page.getByText('Delivered', { exact: false }).first().waitFor();
    await picture('setup-7-test');
    await press('Open the console');
    await page.waitForURL('**/overview');
  });

  it('shows the transcript of a submission while the administrator watches, the password hidden', async () => {
    await page.getByRole('link', { name: 'Transcripts' }).click();
    await page.getByRole('heading', { name: 'Transcripts' }).waitFor();
    const sent = await submitWithSwaks(service.port('submission'), TOM, {
      to: ANNA.user,
      subject: 'Lunch at noon?',
    });
    expect(sent.output).toContain('=== TLS started');
    expect(sent.code).toBe(0);
    const row = page.getByRole('row').filter({ hasText: TOM.user }).first();
    await row.waitFor();
    await row.click();
    const dialogue = page.getByRole('region', { name: 'Dialogue' }).last();
    await dialogue.getByText(`RCPT TO:<${ANNA.user}>`).waitFor();
    const text = await dialogue.innerText();
    expect(text).toContain('STARTTLS');
    expect(text).toMatch(/AUTH PLAIN/u);
    expect(text).not.toContain(Buffer.from(`\0${TOM.user}\0${TOM.password}`).toString('base64'));
    await picture('transcript');
  });

  it('shows where the message is, step by step', async () => {
    await page.getByRole('link', { name: 'Messages' }).click();
    const row = page.getByRole('row').filter({ hasText: 'Lunch at noon?' });
    await row.waitFor();
    await row.click();
    const timeline = page.getByRole('complementary', { name: 'What happened' });
    await timeline.getByText(ANNA.user).first().waitFor();
    await timeline.getByText('Delivered', { exact: false }).first().waitFor();
    await picture('timeline');
  });

  it('lets Anna read it over IMAPS and POP3S, and shows that she did, without a reload', async () => {
    const imap = await runPython(READ_WITH_IMAPLIB, [
      String(service.port('imaps')),
      ANNA.user,
      ANNA.password,
      'Lunch',
    ]);
    expect(imap.output).toContain('Subject: Lunch at noon?');
    expect(imap.output).toContain('Return-Path: <tom@server1.com>');
    const timeline = page.getByRole('complementary', { name: 'What happened' });
    await timeline.getByText('IMAP', { exact: false }).first().waitFor();
    await picture('timeline-read');
    const listed = await readWithCurl(`pop3s://127.0.0.1:${service.port('pop3s')}/`, ANNA);
    // The newest one: the test message of Setup may lie before it.
    const newest = listed.output.trim().split('\r\n').length;
    const read = await readWithCurl(`pop3s://127.0.0.1:${service.port('pop3s')}/${newest}`, ANNA);
    expect(read.output).toContain('Good morning.');
    await page.getByRole('link', { name: 'Transcripts' }).click();
    await page.getByRole('row').filter({ hasText: 'POP3' }).first().waitFor();
  });

  it('speaks Chinese at a click, without a reload', async () => {
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByText('简体中文').click();
    await page.getByRole('link', { name: '邮件' }).first().waitFor();
    await picture('chinese');
  });

  it('asks for the password again after signing out, and takes it', async () => {
    const fresh = await browser.newPage({ locale: 'en-US' });
    await fresh.goto(service.ready.console);
    await fresh.locator('input[type=password]').fill(ADMINISTRATOR_PASSWORD);
    await fresh.locator('input[autocomplete=username]').fill('admin');
    await fresh.keyboard.press('Enter');
    await fresh.waitForURL('**/overview');
    await fresh.close();
  });

  it('gave the browser nothing to complain of', () => {
    expect(complaints).toEqual([]);
  });
});
