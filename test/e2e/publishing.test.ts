/** Records, publishing, zone files and devices in a real browser: done as a person does, and every dialog stands up to axe. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { launchChromium } from './chromium.ts';
import { findViolations } from './find-violations.ts';

let browser: Browser;
let fixture: Awaited<ReturnType<typeof startConsoleFixture>>;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  fixture = await startConsoleFixture({ port: 0, isCalm: true, messages: 50 });
});

afterAll(async () => {
  await browser?.close();
  await fixture?.stop();
});

async function open(path: string, theme: 'light' | 'dark'): Promise<void> {
  const context = await browser.newContext({
    ...{ baseURL: fixture.url, viewport: { width: 1280, height: 900 }, locale: 'en-US' },
    ...{ colorScheme: theme, reducedMotion: 'reduce' },
  });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(path);
  await page.fill('#sign-in-name', FIXTURE_CREDENTIALS.name);
  await page.fill('#sign-in-password', FIXTURE_CREDENTIALS.password);
  await page.keyboard.press('Enter');
  await page.locator('nav a').first().waitFor();
  await page.goto(path);
}

const press = (name: string) => page.getByRole('button', { name, exact: true }).last().click();
const dialog = (title: RegExp) => page.getByRole('dialog', { name: title });

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  it('the DNS of a domain is published, seen at its name servers, and taken back', async () => {
    await open('/accounts/domains', theme);
    await page.getByRole('button', { name: 'DNS records' }).first().click();
    await press('Publish…');
    const publishing = dialog(/^Publish records/u);
    await publishing.getByText('Mail for the domain goes there too.').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await publishing.getByRole('button', { name: /^Make \d+ changes$/u }).click();
    await publishing.getByText('All name servers have it.').waitFor();
    await publishing.getByText('There is nothing to change.').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await press('Take it back');
    await publishing.getByText('Mail for the domain goes there too.').waitFor();
  });

  it('who keeps the DNS is tried before it is saved', async () => {
    await press('Change…');
    const keeper = dialog(/^Who keeps/u);
    await keeper.getByLabel('API token').fill('wrong');
    await press('Test');
    await keeper.getByText('The token is not valid.').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.context().close();
  });

  it('a zone file goes out, and another is compared with what is wanted', async () => {
    await open('/accounts/domains', theme);
    await page.getByRole('button', { name: 'DNS records' }).nth(1).click();
    await press('Zone file…');
    const zone = dialog(/^Zone file/u);
    await zone.getByText('$ORIGIN lotus-tea.example.').waitFor();
    await zone.getByRole('textbox').fill('@ MX 5 mx.old.example.\nwww A x\n');
    await press('Compare');
    await zone.getByText('Line 2: the value does not fit its type').waitFor();
    await zone.getByText('Mail for the domain goes there too.').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.context().close();
  });

  it('a phone is shown a QR code, and Apple is handed a profile', async () => {
    await fixture.world.settings.change({ tellsDevices: false });
    await open('/accounts', theme);
    await page.locator('[role=grid] [data-index="1"]').click();
    await press('Set up a device');
    await press('Tell them');
    await dialog(/^Set up a device/u)
      .getByRole('img', { name: 'Scan with the phone' })
      .waitFor();
    expect(await findViolations(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await press('Download the profile');
    expect((await download).suggestedFilename()).toMatch(/@harbor-office\.example\.mobileconfig$/u);
    await page.context().close();
  });
});
