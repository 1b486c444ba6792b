/** The console in Chromium, with the administrator signed in. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

export interface SignedInPage {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors that the page threw. */
  readonly complaints: readonly string[];
}

export async function openSignedInPage(
  url: string,
  administrator: { readonly name: string; readonly password: string },
): Promise<SignedInPage> {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  const complaints: string[] = [];
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.locator('input').first().fill(administrator.name);
  await page.locator('input[type=password]').fill(administrator.password);
  await page.keyboard.press('Enter');
  return { browser, page, complaints };
}
