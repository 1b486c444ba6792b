/** The page Health in a real browser: what it shows in each of its states, what its buttons do, and that axe finds nothing. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import type { HealthMood } from '../support/health-seed.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';
import { findViolations } from './find-violations.ts';

let fixture: Awaited<ReturnType<typeof startConsoleFixture>>;
let opened: SignedInPage;
let page: Page;

async function open(health: HealthMood): Promise<void> {
  fixture = await startConsoleFixture({ port: 0, isCalm: true, messages: 20, health });
  opened = await openSignedInPage(fixture.url, FIXTURE_CREDENTIALS);
  ({ page } = opened);
  await page.locator('nav a', { hasText: 'Health' }).click();
  await page.locator('h1', { hasText: 'Health' }).waitFor();
}

async function close(): Promise<void> {
  await opened.browser.close();
  await fixture.stop();
}

const status = () => page.locator('.summary [role=status]').innerText();
const row = (question: string, subject: string) =>
  page.locator('.rows button', { hasText: question }).filter({ hasText: subject });

describe('a server with some trouble', () => {
  beforeAll(() => open('mixed'));
  afterAll(close);

  it.each(['light', 'dark'] as const)('stands up to axe in %s, with a row open', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    expect(await findViolations(page)).toEqual([]);
    await row('Is there one good SPF record?', 'lotus-tea.example').click();
    await page.locator('aside .fixes').waitFor();
    await page.locator('aside summary', { hasText: 'What was asked' }).click();
    expect(await findViolations(page)).toEqual([]);
    await page.locator('aside .close').click();
  });

  it('says what is wrong, both sides of it, and the record that puts it right', async () => {
    await row('Is there one good SPF record?', 'lotus-tea.example').click();
    const detail = page.locator('aside.detail');
    await expect.poll(() => detail.innerText()).toContain('v=spf1 include:_spf.oldhost.example mx -all');
    expect(await detail.innerText()).toContain('does not have it');
    expect(await detail.getByRole('button', { name: /^Copy/u }).count()).toBeGreaterThan(1);
  });

  it('is ignored with a reason, and counts no more until that is taken back', async () => {
    const before = await status();
    await page.getByRole('button', { name: 'Ignore…' }).click();
    await page.fill('#ignore-reason', 'The old host goes next week');
    await page.locator('[role=dialog] button[type=submit]').click();
    await expect.poll(() => page.locator('aside .note').innerText()).toContain('The old host goes next week');
    await expect.poll(status).not.toBe(before);
    expect(await status()).toContain('1 ignored');
    await page.getByRole('button', { name: 'Do not ignore any more' }).click();
    await expect.poll(status).not.toContain('ignored');
    await page.locator('aside .close').click();
  });

  it('is asked anew, with progress, and can be stopped', async () => {
    const { tools } = fixture.world.health;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fixture.world.health.tools = () => {
      const its = tools();
      return { ...its, web: async (request) => (await held, its.web(request)) };
    };
    await page.getByRole('button', { name: 'Check everything' }).click();
    await page.locator('progress').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Check everything' }).waitFor();
    release();
    fixture.world.health.tools = tools;
  });

  it('is filtered by state and domain', async () => {
    await page.goto(`${fixture.url}health?state=error&domain=lotus-tea.example`);
    await page.locator('.rows li').first().waitFor();
    const words = await page.locator('.rows').allInnerTexts();
    expect(words.join('\n')).toContain('lotus-tea.example');
    expect(words.join('\n')).not.toContain('harbor-office.example');
    expect(words.join('\n')).not.toContain('Warning');
  });

  it('needs somebody on the overview, which leads to the row', async () => {
    await page.goto(`${fixture.url}overview`);
    await page.getByRole('link', { name: 'Fix it' }).first().click();
    await page.locator('aside.detail').waitFor();
    expect(opened.complaints).toEqual([]);
  });
});

describe.each([
  ['good', 'Everything that could be determined is in order.'],
  ['offline', 'Nobody could be asked'],
  ['never', 'Nothing was checked yet'],
] as const)('a server that is %s', (mood, words) => {
  beforeAll(() => open(mood));
  afterAll(close);

  it('is told calmly, and stands up to axe', async () => {
    await page.getByText(words).waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});
