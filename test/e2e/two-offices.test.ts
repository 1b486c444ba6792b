/**
 * The story of the books: Tom's office and Jack's exchange mail, with nothing between them but SMTP on port 25, a DNS server with
 * their MX records, and an administrator at each console who sees it all without a reload.
 */
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWithCurl, runClient } from '../support/clients.ts';
import { ADMIN, isRoot, TwoOffices, until, type Office } from '../support/two-offices.ts';
import { launchChromium } from './chromium.ts';

const PATIENCE = { timeout: 10_000, interval: 50 };
const PICTURES = 'test-results/two-offices';

describe.runIf(isRoot)('two offices', () => {
  let offices: TwoOffices;
  let browser: Browser;
  let console1: Page;
  let console2: Page;

  beforeAll(async () => {
    await mkdir(PICTURES, { recursive: true });
    offices = await TwoOffices.open();
    browser = await launchChromium();
    console1 = await openConsole(offices.server1);
    console2 = await openConsole(offices.server2);
  });

  afterAll(async () => {
    await browser?.close();
    await offices?.close();
  });

  async function openConsole(office: Office): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(office.service.ready.console);
    await page.locator('input[autocomplete=username]').fill(ADMIN.name);
    await page.locator('input[type=password]').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/overview');
    return page;
  }

  const goTo = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
  const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text }).first();
  const picture = (page: Page, name: string) => page.screenshot({ path: `${PICTURES}/${name}.png` });

  it('one message from Tom reaches Anna here and Jack there; both read it over IMAP and POP3', async () => {
    const { server1, server2, tom, anna, jack } = offices;
    await goTo(console1, 'Messages');
    await goTo(console2, 'Messages');
    expect((await server1.submit(tom, `${anna.user},${jack.user}`, 'Lunch on Friday')).code).toBe(0);
    const [here, there] = await Promise.all([
      offices.arrives(anna, server1, 'Lunch on Friday'),
      offices.arrives(jack, server2, 'Lunch on Friday'),
    ]);
    expect(here).toContain('Delivered-To: anna@server1.com');
    expect(there).toContain('Return-Path: <tom@server1.com>');
    expect(there).toMatch(/Received: from mail\.server1\.com .*\s+\(using TLSv1\.3/u);
    for (const [office, person] of [
      [server1, anna],
      [server2, jack],
    ] as const) {
      const pop3 = await readWithCurl(`pop3s://${office.address}:${office.service.port('pop3s')}/1`, person);
      expect(pop3.output).toContain('Subject: Lunch on Friday');
    }
  });

  it('both consoles tell what became of it', async () => {
    const { anna, jack } = offices;
    await rowOf(console1, 'Lunch on Friday').click();
    const here = console1.getByRole('complementary', { name: 'What happened' });
    await here.getByText(anna.user).first().waitFor();
    await here.getByText('mail.server2.com', { exact: false }).first().waitFor();
    await picture(console1, '1-sent');
    await rowOf(console2, 'Lunch on Friday').click();
    const there = console2.getByRole('complementary', { name: 'What happened' });
    await there.getByText(jack.user).first().waitFor();
    await there.getByText('mail.server1.com', { exact: false }).first().waitFor();
    await there.getByText('IMAP', { exact: false }).first().waitFor();
    await picture(console2, '1-received');
  });

  it('while the other office is closed the next message waits, and the console says why', async () => {
    const { server1, server2, tom, jack } = offices;
    await goTo(console1, 'Queue');
    await server2.close();
    expect((await server1.submit(tom, jack.user, 'Are you there')).code).toBe(0);
    await console1.getByText('refused the connection', { exact: false }).first().waitFor();
    await rowOf(console1, jack.user).waitFor();
    await picture(console1, '2-waits');
    // It is tried every second or two, and is under way for a moment each time.
    await expect
      .poll(async () => (await server1.queue())[0]?.recipient, PATIENCE)
      .toMatchObject({
        address: 'jack@server2.com',
        state: 'deferred',
        lastOutcome: {
          kind: 'deferred',
          status: '4.4.1',
          remoteMta: 'mail.server2.com',
          diagnostic: expect.stringContaining(
            'mail.server2.com [127.0.0.3]:25: the host refused the connection',
          ) as string,
        },
      });
  });

  it('when it opens again the message arrives, and the queue is empty', async () => {
    const { server1, server2, jack } = offices;
    await server2.open();
    await offices.arrives(jack, server2, 'Are you there');
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
    await rowOf(console1, jack.user).waitFor({ state: 'detached' });
    await picture(console1, '3-arrived');
  });

  it('an unknown person there, and a domain that takes no mail, come back to Tom as DSNs', async () => {
    const { server1, tom } = offices;
    expect((await server1.submit(tom, 'nobody@server2.com,x@gone.example', 'Hello')).code).toBe(0);
    await until(async () => {
      const all = await server1.readOverImap(tom);
      return all.includes('nobody@server2.com') && all.includes('5.1.10');
    }, 'both DSNs');
    await goTo(console1, 'Messages');
    await rowOf(console1, 'nobody@server2.com').click();
    const timeline = console1.getByRole('complementary', { name: 'What happened' });
    await timeline.getByText('5.1.1', { exact: false }).first().waitFor();
    await picture(console1, '4-bounced');
  });

  it('a stranger who wants to relay through server1 gets 550, and the console shows it', async () => {
    const { server1, jack } = offices;
    await goTo(console1, 'Transcripts');
    const swaks = await runClient('swaks', [
      ...['--server', `${server1.address}:25`, '--helo', 'evil.example'],
      ...['--from', 'stranger@evil.example', '--to', jack.user],
    ]);
    expect(swaks.output).toMatch(/550 5\.7\.1 .*jack@server2\.com/u);
    await rowOf(console1, 'evil.example').click();
    const dialogue = console1.getByRole('region', { name: 'Dialogue' }).last();
    await dialogue.getByText('550 5.7.1', { exact: false }).first().waitFor();
    await picture(console1, '5-stranger');
  });
});
