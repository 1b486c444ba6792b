/**
 * `npm run guide:pictures`: the pictures of the guide, made anew from the console fixture, in both languages.
 *
 * They are in the light and at one pixel a point, so that all of them together stay small.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { GUIDE_LOCALES, type GuideLocale } from '../../scripts/guide/help-pages.ts';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { launchChromium } from './chromium.ts';

const FOLDER = join(import.meta.dirname, '../../docs/guide/pictures');
const SIZE = { width: 1120, height: 700 };
/** Charts and lists have come to rest. */
const REST_MS = 1500;

const PICTURES = [
  { name: 'overview', path: '/overview' },
  { name: 'queue', path: '/queue' },
  { name: 'messages', path: '/messages' },
  { name: 'health', path: '/health?state=trouble' },
  { name: 'filters', path: '/filters' },
  { name: 'backups', path: '/settings/backups' },
  { name: 'running', path: '/settings/running' },
];

async function openPage(browser: Browser, url: string, locale: GuideLocale): Promise<Page> {
  const context = await browser.newContext({
    ...{ baseURL: url, viewport: SIZE, locale, colorScheme: 'light', reducedMotion: 'reduce' },
  });
  await context.addInitScript((chosen) => localStorage.setItem('postroom.locale', chosen), locale);
  return context.newPage();
}

async function take(page: Page, name: string): Promise<void> {
  await page.waitForSelector('h1');
  await page.waitForTimeout(REST_MS);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

async function takeAll(browser: Browser, urls: { full: string; empty: string }): Promise<void> {
  for (const locale of GUIDE_LOCALES) {
    const first = await openPage(browser, urls.empty, locale);
    await first.goto('/');
    await take(first, `setup-${locale}`);
    await first.context().close();
    const page = await openPage(browser, urls.full, locale);
    await page.goto('/');
    await page.fill('#sign-in-name', FIXTURE_CREDENTIALS.name);
    await page.fill('#sign-in-password', FIXTURE_CREDENTIALS.password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('nav a');
    for (const { name, path } of PICTURES) {
      await page.goto(path);
      await take(page, `${name}-${locale}`);
    }
    await page.context().close();
  }
}

await mkdir(FOLDER, { recursive: true });
const full = await startConsoleFixture({ port: 0, isCalm: true, backups: 'kept' });
const empty = await startConsoleFixture({ port: 0, isEmpty: true, isCalm: true });
const browser = await launchChromium();
await takeAll(browser, { full: full.url, empty: empty.url });
await browser.close();
await full.stop();
await empty.stop();
process.exit(0);
