/** Signing in with a second factor, security keys, roles and the audit log, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hotp, stepAt } from '../../src-main/directory/administrators/totp.ts';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { launchChromium } from './chromium.ts';
import { findViolations } from './find-violations.ts';

const PASSWORD = 'tigers eat many plums';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const TOTP_STEP_MS = 30_000;

let browser: Browser;
let fixture: Awaited<ReturnType<typeof startConsoleFixture>>;
let base: string;

beforeAll(async () => {
  browser = await launchChromium();
  fixture = await startConsoleFixture({ port: 0, isCalm: true, messages: 100 });
  // Keys belong to a name: a bare address has none.
  base = fixture.url.replace('127.0.0.1', 'localhost');
  for (const role of ['helpDesk', 'auditor'] as const)
    await fixture.world.administrators.add({ name: role, role, domains: [], password: PASSWORD });
  const domains = [(await fixture.world.directory.listDomains())[0]?.name ?? ''];
  await fixture.world.administrators.add({
    name: 'domains',
    role: 'domainAdministrator',
    domains,
    password: PASSWORD,
  });
});

afterAll(async () => {
  await browser?.close();
  await fixture?.stop();
});

async function openPage(): Promise<Page> {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto('/');
  return page;
}

async function enter(page: Page, name: string, password: string): Promise<void> {
  await page.fill('#sign-in-name', name);
  await page.fill('#sign-in-password', password);
  await page.keyboard.press('Enter');
}

const pagesOf = (page: Page) => page.locator('nav a span').allInnerTexts();

function codeOf(secret: string, at = Date.now()): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/gu) ?? []).map((octet) => parseInt(octet, 2)));
  return hotp(key, stepAt(at));
}

describe('what each role sees', () => {
  it.each([
    ['helpDesk', ['Messages', 'Accounts', 'Sign-ins']],
    ['domains', ['Accounts']],
    [
      'auditor',
      [
        'Overview',
        'Queue',
        'Messages',
        'Transcripts',
        'Accounts',
        'Health',
        'Relay rules',
        'Filters & quarantine',
        'Reports',
        'Sign-ins',
        'Settings',
      ],
    ],
  ])('%s', async (name, pages) => {
    const page = await openPage();
    await enter(page, name, PASSWORD);
    await page.locator('nav a').first().waitFor();
    expect(await pagesOf(page)).toEqual(pages);
    await page.goto('/settings/administrators');
    await page.locator('h1').waitFor();
    const mayLook = name === 'auditor';
    expect(await page.getByRole('heading', { name: 'Administrators' }).isVisible()).toBe(mayLook);
    expect(await page.getByRole('button', { name: 'Add an administrator' }).count()).toBe(0);
    await page.context().close();
  });
});

describe('a phone as second factor', () => {
  it('is set up by the QR code’s key, asked for at the next sign-in, and good once', async () => {
    await fixture.world.administrators.add({ name: 'phone', role: 'owner', domains: [], password: PASSWORD });
    const page = await openPage();
    await enter(page, 'phone', PASSWORD);
    await page.locator('nav a').first().waitFor();
    await page.goto('/profile');
    await page.click('#set-up-totp');
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    const secret = await page.locator('.el-dialog code').innerText();
    const begun = Date.now();
    await page.fill('#totp-code', codeOf(secret, begun));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'I have kept them' }).waitFor();
    const [recovery = ''] = await page.locator('.el-dialog li code').allInnerTexts();
    expect(await page.locator('.el-dialog li code').count()).toBe(10);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.context().close();

    const again = await openPage();
    await enter(again, 'phone', PASSWORD);
    await again.fill('#second-code', codeOf(secret, begun));
    await again.keyboard.press('Enter');
    await again.getByText('The code is wrong, used already or too old.').waitFor();
    await again.fill('#second-code', codeOf(secret, begun + TOTP_STEP_MS));
    await again.keyboard.press('Enter');
    await again.locator('nav a').first().waitFor();
    await again.context().close();

    const lost = await openPage();
    await enter(lost, 'phone', PASSWORD);
    await lost.fill('#second-code', recovery);
    await lost.keyboard.press('Enter');
    await lost.locator('nav a').first().waitFor();
    await lost.context().close();
  });
});

describe('a security key (WebAuthn)', () => {
  it('is added on the profile page and lets in after the password; without it nobody enters', async () => {
    await fixture.world.administrators.add({ name: 'keys', role: 'owner', domains: [], password: PASSWORD });
    const page = await openPage();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false },
        automaticPresenceSimulation: true,
      },
    });
    await enter(page, 'keys', PASSWORD);
    await page.locator('nav a').first().waitFor();
    await page.goto('/profile');
    await page.click('#add-passkey');
    await page.fill('#passkey-name', 'Blue key');
    await page.keyboard.press('Enter');
    await page.getByText('The key was added.').waitFor();
    const [kept] = fixture.world.administrators.factorOf('keys').passkeys;
    expect(kept).toMatchObject({ name: 'Blue key' });

    await page.getByRole('button', { name: 'keys' }).click();
    await page.getByText('Sign out').click();
    await enter(page, 'keys', PASSWORD);
    await page.getByRole('button', { name: 'Use a security key or passkey' }).click();
    await page.locator('nav a').first().waitFor();

    await page.getByRole('button', { name: 'keys' }).click();
    await page.getByText('Sign out').click();
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'usb', hasResidentKey: false, hasUserVerification: false },
        automaticPresenceSimulation: true,
      },
    });
    await enter(page, 'keys', PASSWORD);
    await page.getByRole('button', { name: 'Use a security key or passkey' }).click();
    await page.getByText('No security key or passkey was used.').waitFor({ timeout: 70_000 });
    await page.context().close();
  }, 90_000);
});

describe('pages of an owner', () => {
  it.each(['/profile', '/settings/administrators', '/settings/audit'])(
    '%s stands up to axe',
    async (path) => {
      const page = await openPage();
      await enter(page, FIXTURE_CREDENTIALS.name, FIXTURE_CREDENTIALS.password);
      await page.locator('nav a').first().waitFor();
      await page.goto(path);
      await page.locator('.panel').first().waitFor();
      expect(await findViolations(page)).toEqual([]);
      await page.context().close();
    },
  );

  it('show what was changed, find that the chain is whole, and let it be taken away', async () => {
    const page = await openPage();
    await enter(page, FIXTURE_CREDENTIALS.name, FIXTURE_CREDENTIALS.password);
    await page.locator('nav a').first().waitFor();
    await page.goto('/settings');
    await page.fill('#hostname', 'mx.lotus-tea.example');
    await page.keyboard.press('Enter');
    await page.goto('/settings/audit');
    await page.getByText('settings.hostname').first().waitFor();
    await page.getByText('"mx.lotus-tea.example"', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Check the chain' }).click();
    await page.getByText('The chain is whole').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export (CSV)' }).click();
    expect((await download).suggestedFilename()).toBe('postroom-audit.csv');
    await page.context().close();
  });
});
