/**
 * A domain with eleven things wrong is put right by doing what the page Health says, and nothing else.
 *
 * The server and the browser are real; DNS is a server on loopback that stands for the DNS host, the provider and the rest of
 * the world. What is entered there is read off the page, field by field.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMailHost, type MailHost } from '../../src-main/host/create-mail-host.ts';
import { parseProvision } from '../../src-main/host/provision/schema.ts';
import { reverseName } from '../../src-main/protocol/dns/reverse-name.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { type ConsoleServer, createConsoleServer } from '../../src-main/service/http/console-server.ts';
import { pageFolder } from '../../src-main/service/package-facts.ts';
import { type NameRecords, TestDnsServer } from '../support/dns-server.ts';
import { findFreePort } from '../support/free-port.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';

const ADMIN = { name: 'admin', password: 'correct horse battery' };
const DOMAIN = 'server1.com';
const HOST = 'mail.server1.com';

/** The zone as the DNS host keeps it; changed only by what the page says. */
type Mutable = { -readonly [Type in keyof NameRecords]: NameRecords[Type] };
const zone: Record<string, Mutable> = {
  [DOMAIN]: {
    NS: ['ns1.server1.com'],
    MX: [[10, 'mx.old-provider.example']],
    TXT: ['v=spf1 include:spf.old-provider.example -all', 'v=spf1 ip4:192.0.2.9 -all'],
  },
  'ns1.server1.com': { A: ['127.0.0.1'] },
  [HOST]: { A: ['127.0.0.9'] },
  'mx.old-provider.example': { A: ['192.0.2.25'] },
  'spf.old-provider.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_dmarc.server1.com': { TXT: ['v=DMARC1; p=strict'] },
  '_imaps._tcp.server1.com': { SRV: [[0, 1, 993, 'imap.old-provider.example']] },
  '_smtp._tls.server1.com': { TXT: ['v=TLSRPTv1'] },
};

let folder: string;
let dns: TestDnsServer;
let host: MailHost;
let server: ConsoleServer;
let open: SignedInPage;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-cure-'));
  dns = await TestDnsServer.start(zone);
  const nameServer = Number(dns.address.split(':')[1]);
  const mx = await findFreePort();
  host = createMailHost({
    dataFolder: join(folder, 'data'),
    version: '0.1.0',
    bind: '127.0.0.1',
    ports: { smtp: mx, submission: 0, submissions: 0, imap: 0, imaps: 0, pop3: 0, pop3s: 0, managesieve: 0 },
    whenPortUnavailable: 'fail',
    provision: provisionOf({ dns: { servers: [dns.address] }, publicAddresses: ['127.0.0.1'] }),
    defaultHostname: HOST,
    worldPorts: { mx, nameServer },
    clock: systemClock,
    randomBytes: (length) => randomBytes(length),
    logger: silentLogger,
  });
  await host.start();
  server = createConsoleServer({
    ...{ router: host.router, access: host.access, release: host.release, version: '0.1.0' },
    ...{ staticRoot: pageFolder(), bind: '127.0.0.1', port: 0, clock: systemClock, logger: silentLogger },
    randomBytes: (length) => randomBytes(length),
  });
  open = await openSignedInPage((await server.start()).url, ADMIN);
  ({ page } = open);
  await page.getByRole('link', { name: 'Health' }).click();
});

afterAll(async () => {
  await open?.browser.close();
  await server?.stop();
  await host?.stop();
  await dns?.stop();
  await rm(folder, { recursive: true });
});

function provisionOf(settings: object) {
  const accounts = [{ localPart: 'tom', password: 'tom writes letters', name: 'Tom' }];
  const aliases = ['postmaster', 'abuse'].map((localPart) => ({ localPart, to: [`tom@${DOMAIN}`] }));
  const parsed = parseProvision(
    JSON.stringify({
      ...{ hostname: HOST, admin: ADMIN, domains: [{ name: DOMAIN, accounts, aliases }] },
      ...{ security: { allowCleartextAuth: true }, ...settings },
    }),
  );
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

interface Trouble {
  readonly question: string;
  readonly subject: string;
}

async function checkEverything(): Promise<readonly Trouble[]> {
  const began = Date.now();
  await page.getByRole('button', { name: 'Check everything' }).first().click();
  const lastRun = page.locator('.summary time');
  await expect
    .poll(async () => Date.parse((await lastRun.getAttribute('datetime', { timeout: 60_000 })) ?? ''), {
      timeout: 60_000,
    })
    .toBeGreaterThanOrEqual(began);
  const rows = await page.locator('.rows button:visible').all();
  const troubles = await Promise.all(
    rows.map(async (row) => ({
      state: (await row.locator('.mark').first().innerText()).trim(),
      question: await row.locator('strong').innerText(),
      subject: await row.locator('.subject').innerText(),
    })),
  );
  return troubles.filter(({ state }) => state === 'Error' || state === 'Warning');
}

/** What somebody would do who reads the first way of each row. */
async function follow({ question, subject }: Trouble): Promise<void> {
  const rows = page.locator('.rows button:visible');
  await rows.filter({ hasText: question }).filter({ hasText: subject }).first().click();
  const fixes = page.locator('.fixes > ol > li');
  await fixes.first().waitFor();
  const records = page.locator('.fixes > ol > li:has(.fix dl, .fix .remove)');
  if ((await records.count()) > 0) for (const fix of await records.all()) await enterRecord(fix);
  else await doFirst(fixes.first());
  const close = page.locator('aside.detail .close');
  if (await close.isVisible()) await close.click();
}

/** A letter, a button, or a place in the console. */
async function doFirst(fix: Locator): Promise<void> {
  const button = fix.getByRole('button', { name: 'Make a signing key' });
  const link = fix.getByRole('link', { name: 'Open settings' });
  if ((await fix.locator('.paper').count()) > 0) return sendLetter(fix);
  if ((await button.count()) > 0) {
    await button.click();
    await page.getByText('Done.').first().waitFor();
  } else if ((await link.count()) > 0) {
    await link.click();
    await page.locator('#identity .el-switch.is-checked').click();
    await page.getByText('Saved.').waitFor();
    await page.goBack();
  }
}

/** The DNS host: enters the fields as they stand on the page, and removes what it says. */
async function enterRecord(fix: Locator): Promise<void> {
  for (const line of await fix.locator('.remove code').allInnerTexts()) remove(line);
  const fields = new Map<string, string>();
  for (const field of await fix.locator('.fix dl > div').all()) {
    const value = field.locator('dd');
    const code = value.locator('code');
    const text = (await code.count()) > 0 ? await code.innerText() : await value.innerText();
    fields.set(await field.locator('dt').innerText(), text.trim());
  }
  if (fields.size > 0) add(fields);
}

function add(fields: ReadonlyMap<string, string>): void {
  const name = fields.get('Name') === '@' ? DOMAIN : `${fields.get('Name') ?? ''}.${DOMAIN}`;
  const records = (zone[name] ??= {});
  const value = fields.get('Value') ?? '';
  const number = (field: string) => Number(fields.get(field));
  switch (fields.get('Type')) {
    case 'A':
      records.A = [...(records.A ?? []), value];
      break;
    case 'TXT':
      // No zone holds the same record twice.
      records.TXT = [...(records.TXT ?? []).filter((each) => each !== value), value];
      break;
    case 'CNAME':
      records.CNAME = value;
      break;
    case 'MX':
      records.MX = [...(records.MX ?? []), [number('Priority'), value]];
      break;
    case 'SRV':
      records.SRV = [...(records.SRV ?? []), [number('Priority'), number('Weight'), number('Port'), value]];
      break;
    default:
      throw new Error(`a record of another type: ${JSON.stringify([...fields])}`);
  }
}

/** `TXT server1.com v=spf1 …`, `MX server1.com 10 mx.old-provider.example`. */
function remove(line: string): void {
  const [type = '', name = '', ...rest] = line.split(' ');
  const value = rest.join(' ');
  const records = zone[name];
  if (records === undefined) throw new Error(`nothing to remove: ${line}`);
  if (type === 'A') records.A = records.A?.filter((each) => each !== value) ?? [];
  if (type === 'TXT') records.TXT = records.TXT?.filter((each) => each !== value) ?? [];
  if (type === 'MX') records.MX = records.MX?.filter((each) => each.join(' ') !== value) ?? [];
  if (type === 'SRV') records.SRV = records.SRV?.filter((each) => each[3] !== rest.at(-1)) ?? [];
}

/** The provider: reads the letter, and does it. */
async function sendLetter(fix: Locator): Promise<void> {
  const text = await fix.locator('.paper pre').innerText();
  const [, address] = /address (\d+\.\d+\.\d+\.\d+)/u.exec(text) ?? [];
  const [, name] = /^\s+(\S+\.\S+)$/mu.exec(text) ?? [];
  expect(name).toBe(HOST);
  zone[reverseName(address ?? '') ?? ''] = { PTR: [name ?? ''] };
}

/** What nobody puts right here: there are no backups yet, no authority gives a test a certificate, its ports are not the usual ones. */
const NOT_OF_DNS = new Set([
  'Is there a fresh backup?',
  'Is the certificate good?',
  'Does each listener answer?',
  'Does Thunderbird find its settings?',
  'Does Outlook find its settings?',
  // Who sells the domain signs it.
  'Is the domain signed (DNSSEC)?',
  'Is mail to us encrypted?',
  // Its policy is served on port 443.
  'Is the MTA-STS record right?',
]);

it('a domain with eleven things wrong turns green by following the page', async () => {
  const first = await checkEverything();
  expect(first.filter(isOurs).map(nameOf).length).toBeGreaterThanOrEqual(11);

  let left = first;
  for (let round = 0; round < 5 && left.some(isOurs); round++) {
    for (const trouble of left.filter(isOurs)) await follow(trouble);
    left = await checkEverything();
  }
  expect(left.filter(isOurs).map(nameOf)).toEqual([]);
  expect(open.complaints).toEqual([]);
});

function nameOf({ question, subject }: Trouble): string {
  return `${question} ${subject}`;
}

function isOurs({ question }: Trouble): boolean {
  return !NOT_OF_DNS.has(question);
}
