/** Groups, forwarding and new accounts from a spreadsheet, set up by clicking and tried with mail. */
import { writeFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submitWithSwaks } from '../support/clients.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let opened: SignedInPage;
let page: Page;

beforeAll(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
  opened = await openSignedInPage(service.ready.console, OFFICE.admin);
  ({ page } = opened);
  await page.getByRole('link', { name: 'Accounts' }).first().click();
});

afterAll(async () => {
  await opened?.browser.close();
  await service?.end();
  await folder?.remove();
});

const dialog = () => page.getByRole('dialog');
const openTab = (name: string) => page.getByRole('link', { name, exact: true }).last().click();
const submit = async () => {
  await dialog().locator('button[type=submit]').click();
  await dialog().waitFor({ state: 'detached' });
};

/** The mailboxes of an account with how many messages each has, once there are `messages` in INBOX. */
async function untilInbox(user: string, password: string, messages: number): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: service.port('imaps'),
    secure: true,
    auth: { user, pass: password },
    tls: { rejectUnauthorized: false },
    logger: false,
  });
  await client.connect();
  for (;;) {
    const status = await client.status('INBOX', { messages: true });
    if (status && status.messages === messages) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.logout();
}

test('accounts come from a spreadsheet, but for the lines with a problem', async () => {
  const list = folder.path('people.csv');
  await writeFile(list, 'E-mail;Name;Password\nnora@server1.com;Nora;nora-password\ntom@server1.com;Tom;x\n');
  await page.getByRole('button', { name: 'Import CSV' }).click();
  await page.locator('input[type=file]').setInputFiles(list);
  await dialog().getByRole('button', { name: 'Check' }).click();
  await dialog().getByText('exists already').waitFor();
  await dialog().getByRole('button', { name: 'Add 1 account' }).click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByText('nora@server1.com').waitFor();
  await untilInbox('nora@server1.com', 'nora-password', 0);
});

test('a group has members, and says who may send to it', async () => {
  await openTab('Groups');
  await page.getByRole('button', { name: 'Add group' }).first().click();
  await dialog().locator('#alias-local-part').fill('team');
  await dialog().locator('#group-name').fill('The team');
  await dialog().locator('#group-members').fill('tom@server1.com\nnora@server1.com');
  await dialog().getByText('Anyone', { exact: true }).click();
  await page.getByRole('option', { name: 'Its members only' }).click();
  await submit();
  await page.getByText('2 members').waitFor();
  const server = { to: 'team@server1.com', subject: 'To the team' };
  const taken = await submitWithSwaks(service.port('submission'), TOM, server);
  expect(taken.output).toContain('250 2.0.0 Ok');
  await untilInbox('nora@server1.com', 'nora-password', 1);
  const anna = { user: 'anna@server1.com', password: 'anna-password' };
  const refused = await submitWithSwaks(service.port('submission'), anna, server);
  expect(refused.output).toContain('550 5.7.2 team@server1.com takes mail from its members only');
});

test('an account forwards, and keeps a copy only where it is told to', async () => {
  await openTab('Accounts');
  await page.getByText('anna@server1.com').click();
  await page.getByRole('button', { name: 'Delivery', exact: true }).click();
  await dialog().locator('#account-addresses').fill('office@server1.com');
  await dialog().locator('#account-forward').fill('nora@server1.com');
  await dialog().getByText('Keep a copy here').click();
  await submit();
  await page.getByText('office@server1.com').waitFor();
  await submitWithSwaks(service.port('submission'), TOM, { to: 'office@server1.com', subject: 'Forwarded' });
  await untilInbox('nora@server1.com', 'nora-password', 2);
  await untilInbox('anna@server1.com', 'anna-password', 0);
});

test('the page said nothing of errors', () => {
  expect(opened.complaints).toEqual([]);
});
