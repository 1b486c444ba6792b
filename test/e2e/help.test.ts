/** The console's help in Chromium: from a page to its chapter, in the reader's language and theme, with nothing that axe finds. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { findViolations } from './find-violations.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';

let fixture: Awaited<ReturnType<typeof startConsoleFixture>>;
let signedIn: SignedInPage;

beforeAll(async () => {
  fixture = await startConsoleFixture({ port: 0, isCalm: true });
  signedIn = await openSignedInPage(fixture.url, FIXTURE_CREDENTIALS);
  await signedIn.page.locator('nav a').first().waitFor();
});

afterAll(async () => {
  await signedIn.browser.close();
  await fixture.stop();
});

async function openHelp(page: Page, path: string): Promise<Page> {
  await page.goto(new URL(path, fixture.url).href);
  const opened = page.context().waitForEvent('page');
  await page.locator('header a.help').click();
  const help = await opened;
  await help.waitForLoadState();
  return help;
}

const targetOf = (help: Page): Promise<string | null> => help.locator(':target').textContent();

it('leads from a page and from a tab to what the guide says of it', async () => {
  const queue = await openHelp(signedIn.page, '/queue');
  expect(await targetOf(queue)).toBe('Queue');
  await queue.close();
  const backups = await openHelp(signedIn.page, '/settings/backups');
  expect(await targetOf(backups)).toBe('The first backup');
  expect(
    await backups
      .locator('main img')
      .first()
      .evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode()),
  ).toBe(undefined);
  await backups.close();
  expect(signedIn.complaints).toEqual([]);
});

it('has the language and the theme that were chosen, and the way to the other language', async () => {
  const { page } = signedIn;
  await page.evaluate(() => {
    localStorage.setItem('postroom.locale', 'zh-CN');
    localStorage.setItem('postroom.theme', 'dark');
  });
  const help = await openHelp(page, '/health');
  expect(await targetOf(help)).toBe('健康');
  expect(await help.locator('html').getAttribute('class')).toBe('dark');
  await help.getByRole('link', { name: 'English' }).click();
  await help.getByRole('heading', { level: 1, name: 'The pages' }).waitFor();
  await help.close();
});

it.each(['light', 'dark'] as const)('needs no session, and axe finds nothing in it (%s)', async (theme) => {
  const context: BrowserContext = await signedIn.browser.newContext({ colorScheme: theme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  for (const path of ['en/pages.html', 'zh-CN/backups.html', 'reference.html']) {
    await page.goto(new URL(`/help/${path}`, fixture.url).href);
    expect(await findViolations(page)).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await context.close();
});
