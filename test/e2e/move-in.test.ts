/**
 * An office moves in by point and click: from an hMailServer's backup, and from another Postroom by a list of accounts; looked at before,
 * cancelled in the middle, the page closed, and caught up with.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HMAILSERVER_BACKUP } from '../../src-main/host/move-in/hmailserver-backup.fixture.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { findViolations } from './find-violations.ts';
import { openSignedInPage } from './signed-in-page.ts';

const { admin: ADMIN } = OFFICE;
const ANNA = { user: 'anna@example.com', pass: 'anna-password' };
const TOM = { user: 'tom@server1.com', pass: 'tom-password' };
const MANY = 4_000;
const PICTURES = 'test-results/move-in';

let oldFolder: Awaited<ReturnType<typeof makeWorkFolder>>;
let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let old: ServiceProcess;
let service: ServiceProcess;
let browser: Browser;
let page: Page;
let complaints: readonly string[];

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  oldFolder = await makeWorkFolder();
  folder = await makeWorkFolder({
    ...{ hostname: 'new.example', admin: ADMIN },
    security: { allowCleartextAuth: true },
  });
  [old, service] = await Promise.all([startOffice(oldFolder), startOffice(folder)]);
  ({ browser, page, complaints } = await openSignedInPage(service.ready.console, ADMIN));
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([old?.end(), service?.end()]);
  await oldFolder?.remove();
  await folder?.remove();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const picture = (name: string) => page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
const status = (text: string) => page.getByRole('status').filter({ hasText: text });

async function withMail<T>(
  server: ServiceProcess,
  auth: typeof TOM,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port: server.port('imap'), secure: false, doSTARTTLS: false },
    ...{ auth, logger: false },
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

/** How many messages are in each mailbox that is subscribed to. */
function countMail(server: ServiceProcess, auth: typeof TOM): Promise<Readonly<Record<string, number>>> {
  return withMail(server, auth, async (client) => {
    const counts: Record<string, number> = {};
    for (const { path, subscribed } of await client.list()) {
      const state = await client.status(path, { messages: true });
      if (subscribed && state !== false) counts[path] = state.messages ?? 0;
    }
    return counts;
  });
}

function writeBackup(messages: number): void {
  const digest = createHash('sha256').update(`ab12cd${ANNA.pass}`).digest('hex');
  const place = join(folder.data, 'transfer', 'hmailserver-backup');
  const files = join(place, 'DataBackup', 'example.com', 'anna');
  const write = (name: string, subject: string): string => {
    mkdirSync(join(files, name.slice(0, 2)), { recursive: true });
    writeFileSync(
      join(files, name.slice(0, 2), `{${name}}.eml`),
      `Message-ID: <${name}@old>\r\nSubject: ${subject}\r\n\r\nHello.\r\n`,
    );
    return `<Message CreateTime="2024-05-01 09:30:00" Filename="{${name}}.eml" Flags="1"/>`;
  };
  const inbox = Array.from({ length: messages }, (_, at) => write(`M${at}`, `Letter ${at}`)).join('\n');
  write('C3D4', 'An offer');
  const text = HMAILSERVER_BACKUP.replace(/Password="ab12cd\w+"/u, `Password="ab12cd${digest}"`);
  writeFileSync(
    join(place, 'hMailServerBackup.xml'),
    text.replace(/<Messages>[^]*?<\/Messages>/u, `<Messages>${inbox}</Messages>`),
  );
}

async function lookAndStart(): Promise<void> {
  await button('Look at what will come').click();
  await page.getByRole('heading', { name: 'What will come' }).waitFor({ timeout: 30_000 });
  await picture('plan');
  expect(await findViolations(page)).toEqual([]);
  await button('Start moving in').click();
}

describe('from an hMailServer', () => {
  it('an administrator finds the way from the empty accounts, and is told what will come', async () => {
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByRole('link', { name: 'Move in from another server' }).click();
    await page.getByText('Nothing lies there yet.').waitFor();
    await picture('nothing-there');
    expect(await findViolations(page)).toEqual([]);
    writeBackup(MANY);
    await button('Look again').click();
    await button('Look at what will come').click();
    await status('2 new accounts come.').waitFor({ timeout: 30_000 });
    await page.getByText('Needs you (3)').click();
    await page.getByText('Cannot be said as a rule here.').waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    // Nothing was written: the accounts are as empty as they were.
    await page.getByRole('link', { name: 'To the accounts' }).click();
    await page.getByRole('link', { name: 'Move in from another server' }).click();
  });

  it('it is cancelled in the middle, is there for who comes back, and goes on where it was', async () => {
    await lookAndStart();
    await page.getByText('Under way').first().waitFor({ timeout: 30_000 });
    await picture('running');
    await button('Cancel').click();
    await status('Cancelled').waitFor({ timeout: 30_000 });
    const came = (await countMail(service, ANNA))['INBOX'] ?? 0;
    expect(came).toBeLessThan(MANY);
    await page.reload();
    await status('Cancelled').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await button('Catch up').click();
    await status('Done').waitFor({ timeout: 120_000 });
    await picture('done');
    expect(await countMail(service, ANNA)).toMatchObject({
      ...{ INBOX: MANY, 'INBOX/Customers': 1 },
      ...{ Archive: 0, 'Archive/2019 > 2020': 0 },
    });
  });

  it('catches up with what is new, and nothing comes twice', async () => {
    writeBackup(MANY + 2);
    await button('Catch up').click();
    await status('time number 3').waitFor({ timeout: 30_000 });
    await status('Done').waitFor({ timeout: 120_000 });
    await page.getByText('messages: 2 new, 4,001 here already').waitFor();
    expect((await countMail(service, ANNA))['INBOX']).toBe(MANY + 2);
    await button('Finish').click();
    await page.getByRole('heading', { name: 'Where from?' }).waitFor();
  });
});

describe('by a list of accounts', () => {
  const list = (password: string) =>
    `address,password,server,port,tls\ntom@server1.com,${password},127.0.0.1,${old.port('imaps')},\n`;

  it('is told each mistake by row and column before anything starts', async () => {
    await page.getByText('A list of IMAP accounts').click();
    await page.locator('#move-in-csv').fill(`${list('')}anna,x,127.0.0.1,0,maybe\n`);
    await button('Look at what will come').click();
    await page.getByText('the list has 4 mistakes').waitFor();
    const rows = await page.getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split('\t').slice(0, 3).join(' '))).toEqual([
      'Row Column Stands there',
      '2 password ',
      '3 address anna',
      '3 tls maybe',
      '3 port 0',
    ]);
    await picture('mistakes');
    expect(await findViolations(page)).toEqual([]);
  });

  it('comes with its empty mailboxes, says what to do about a wrong password, and catches up', async () => {
    await withMail(old, TOM, async (client) => {
      await client.append('INBOX', 'Message-ID: <1@old>\r\nSubject: one\r\n\r\nx\r\n', ['\\Seen']);
      await client.mailboxCreate('Projects/2019');
    });
    await page.getByText('The certificate must be valid').click();
    await page.locator('#move-in-csv').fill(list('wrong'));
    await lookAndStart();
    await page.getByText('Check user and password of this row').waitFor({ timeout: 30_000 });
    await picture('wrong-password');
    await button('Finish').click();
    await page.getByText('A list of IMAP accounts').click();
    await page.getByText('The certificate must be valid').click();
    await page.locator('#move-in-csv').fill(list(TOM.pass));
    await button('Look at what will come').click();
    await status('1 account is here already').waitFor();
    await button('Start moving in').click();
    await status('Done').waitFor({ timeout: 30_000 });
    await withMail(old, TOM, (client) =>
      client.append('INBOX', 'Message-ID: <2@old>\r\nSubject: two\r\n\r\nx\r\n'),
    );
    await button('Catch up').click();
    await page.getByText('messages: 1 new, 1 here already').waitFor({ timeout: 30_000 });
    expect(await countMail(service, { ...TOM, pass: 'wrong' })).toMatchObject({
      INBOX: 2,
      'Projects/2019': 0,
    });
    await button('Finish').click();
    expect(complaints).toEqual([]);
  });
});
