/** Rules by clicking: an administrator files an account's mail in a few clicks, sees the Sieve text, and mail goes there. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWithCurl, submitWithSwaks } from '../support/clients.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';

const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const ANNA = { user: 'anna@server1.com', password: 'anna-password' };

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
  await page.locator('[role=grid] [data-index]', { hasText: ANNA.user }).click();
  await page.getByRole('link', { name: 'Rules and reply' }).click();
});

afterAll(async () => {
  await opened?.browser.close();
  await service?.end();
  await folder?.remove();
});

const editor = () => page.getByRole('textbox', { name: 'Sieve text' });
const text = () => editor().inputValue();

/** What axe finds wrong, in its words. */
async function barriers(): Promise<readonly string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
  return page.evaluate(async () => {
    const axe = (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; help: string }[] }> } }
    ).axe;
    return (await axe.run()).violations.map(({ id, help }) => `${id}: ${help}`);
  });
}

describe('an account’s rules', () => {
  it('are added by clicking, are Sieve beneath, and file what comes', async () => {
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Offers');
    await page.getByRole('textbox', { name: 'Value of line 1' }).first().fill('tom@server1.com');
    await page.getByRole('textbox', { name: 'Value of line 1' }).last().fill('From Tom');
    await page.locator('[role=dialog] button[type=submit]').click();
    await expect
      .poll(text)
      .toContain('# rule: Offers\nif anyof (header :contains ["from"] ["tom@server1.com"]) {');
    expect(await page.locator('li .sentence').first().textContent()).toBe(
      'If the sender contains “tom@server1.com”: move into From Tom, then stop',
    );
    const sent = await submitWithSwaks(service.port('submission'), TOM, { to: ANNA.user, subject: 'hello' });
    expect(sent).toMatchObject({ code: 0 });
    const url = `imaps://127.0.0.1:${service.port('imaps')}/From%20Tom;MAILINDEX=1`;
    await expect
      .poll(async () => (await readWithCurl(url, ANNA)).output, { timeout: 15_000 })
      .toContain('Subject: hello');
  });

  it('follow the text, which is checked while it is typed', async () => {
    const before = await text();
    await editor().fill(`${before}jump;\n`);
    await page.getByText('there is no command "jump"').waitFor();
    expect(await page.getByRole('button', { name: 'Save text' }).isEnabled()).toBe(false);
    await editor().fill(`${before}if header "x-tag" "a" {\n  discard;\n}\n`);
    await page.getByText('The text is right.').waitFor();
    await page.getByRole('button', { name: 'Save text' }).click();
    await page.getByText('Written by hand').waitFor();
  });

  it('an automatic reply is set up beside them, and what was written by hand stays', async () => {
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Back on Monday.');
    await page.locator('[role=dialog] button[type=submit]').click();
    await expect.poll(text).toContain('vacation :days 7 "Back on Monday."');
    expect(await text()).toContain('if header "x-tag" "a" {');
    expect(await text()).toContain('# rule: Offers');
  });

  it('stand on a page that everybody can use', async () => {
    expect(await barriers()).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});
