/**
 * The console in a real browser, over in-memory ports full of mail: every page, in both themes, stands up to axe; the
 * keyboard reaches everything; what lives moves by itself; a lost connection shows and heals.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { launchChromium } from './chromium.ts';
import { findViolations } from './find-violations.ts';

type Fixture = Awaited<ReturnType<typeof startConsoleFixture>>;

let browser: Browser;
let fixture: Fixture;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  fixture = await startConsoleFixture({ port: 0, isCalm: true, messages: 1500 });
});

afterAll(async () => {
  await browser?.close();
  await fixture?.stop();
});

async function openPage(target: Fixture, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({
    baseURL: target.url,
    viewport: { width: 1280, height: 800 },
    colorScheme,
    locale: 'en-US',
    reducedMotion: 'reduce',
  });
  const opened = await context.newPage();
  opened.setDefaultTimeout(10_000);
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return opened;
}

async function signIn(): Promise<void> {
  await page.goto('/');
  await page.fill('#sign-in-name', FIXTURE_CREDENTIALS.name);
  await page.fill('#sign-in-password', FIXTURE_CREDENTIALS.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

beforeEach(() => {
  complaints = [];
});

describe.each(['light', 'dark'] as const)('every page in %s', (theme) => {
  beforeAll(async () => {
    complaints = [];
    page = await openPage(fixture, theme);
  });
  afterAll(() => page.context().close());

  it('has nothing against it on the way in', async () => {
    await page.goto('/');
    await page.waitForSelector('#sign-in-name');
    expect(await findViolations(page)).toEqual([]);
    await signIn();
    expect(complaints).toEqual([]);
  });

  it.each([
    ['/overview', '.chart canvas'],
    ['/queue', '[role=row][data-index]'],
    ['/queue?group=nextHop', '[role=row][data-index]'],
    ['/messages', '[role=row][data-index]'],
    ['/transcripts', '[role=row][data-index]'],
    ['/accounts', '[role=row][data-index]'],
    ['/accounts?add=1', '[role=dialog]'],
    ['/accounts/shared', '[role=row][data-index]'],
    ['/accounts/aliases', '[role=row][data-index]'],
    ['/accounts/domains', 'tbody tr'],
    ['/relay', '#self-test'],
    ['/relay?add=1', '[role=dialog]'],
    ['/settings', '#about dl'],
    ['/settings/certificates', '#outbound .switch'],
    ['/settings/retention', '#timelines input'],
    ['/messages?person=anna@server1.com', '[role=status] strong'],
    ['/transcripts?said=RCPT', '[role=row][data-index]'],
    ['/setup', '#setup-domain'],
  ])('has nothing against %s', async (path, landmark) => {
    await page.goto(path);
    await page.locator(landmark).first().waitFor();
    await page.waitForTimeout(300);
    expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('has nothing against sharing, with the rights in words', async () => {
    await page.goto('/accounts/shared');
    await page
      .getByRole('row')
      .filter({ hasText: 'support@' })
      .getByRole('button', { name: 'Share' })
      .click();
    await page.getByRole('dialog').locator('summary').first().click();
    await page.waitForTimeout(300);
    expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each(['/queue?text=spedition', '/messages', '/transcripts', '/accounts', '/accounts/shared'])(
    'has nothing against an open row of %s',
    async (path) => {
      await page.goto(path);
      await page.locator('[role=row][data-index="1"]').click();
      await page.locator('aside dl, .dialogue .line').first().waitFor();
      await page.waitForTimeout(300);
      expect(await findViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

describe('at the console', () => {
  beforeEach(async () => {
    page = await openPage(fixture);
    await signIn();
  });
  afterEach(() => page.context().close());

  it('finds a page, an account and a message from the keyboard', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sofia');
    await page
      .getByRole('option', { name: /Sofia Rossi/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.locator('aside h2', { hasText: 'Sofia Rossi' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('queue');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('walks a list with arrows and opens a row with Enter', async () => {
    await page.goto('/messages');
    await page.locator('[role=row][data-index="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    expect(await page.locator('[role=row][data-index="1"]').getAttribute('aria-selected')).toBe('true');
  });

  it('finds what a pasted bounce names, and goes back to all messages', async () => {
    await page.goto('/messages');
    await page.locator('[role=row][data-index="0"]').click();
    const messageId = await page.locator('.facts code, .facts .mono').first().innerText();
    await page.locator('input[placeholder*="pasted bounce"]').focus();
    const bounce = `Final-Recipient: rfc822; nobody@partner.example\nAction: failed\n\nMessage-ID: ${messageId}\n`;
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', ${JSON.stringify(bounce)});
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(paste);
    }`);
    await page.getByText('What the pasted text names:').waitFor();
    const rows = page.locator('[role=row][data-index]');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('button', { name: 'All messages' }).click();
    await expect.poll(() => rows.count()).toBeGreaterThan(5);
    expect(complaints).toEqual([]);
  });

  it('keeps records as long as it is told, at once', async () => {
    await page.goto('/settings/retention');
    await page.getByLabel('Keep timelines for (days)').fill('0');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Keep timelines for (days)').fill('45');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').first().waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel('Keep timelines for (days)').inputValue()).toBe('45');
  });

  it('holds a thousand messages with a few dozen rows, and fetches more at the end', async () => {
    await page.goto('/messages');
    await page.locator('[role=row][data-index="0"]').focus();
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('End');
      await page.waitForTimeout(300);
    }
    const rows = page.locator('[role=row][data-index]');
    const indexes = await rows.evaluateAll((elements) =>
      elements.map((element) => Number(element.getAttribute('data-index'))),
    );
    expect(Math.max(...indexes)).toBeGreaterThan(250);
    expect(indexes.length).toBeLessThan(80);
  });

  it('shows a message that comes in without a reload, and its dialogue as it is spoken', async () => {
    await page.goto('/transcripts?protocol=submission');
    await page.locator('[role=row][data-index="0"]').waitFor();
    fixture.seed.liveSubmission();
    const open = page.locator('[role=row]', { hasText: 'Open' });
    await open.first().click();
    await page.locator('.dialogue .line', { hasText: 'AUTH PLAIN' }).waitFor();
    await page.locator('.dialogue .mask').first().waitFor();
    await page.locator('.dialogue .line', { hasText: 'QUIT' }).waitFor({ timeout: 20_000 });
    expect(complaints).toEqual([]);
  });

  it('deletes an account only after its address was typed, and says what goes', async () => {
    const added = await fixture.world.directory.addAccount({
      localPart: 'leaver',
      domain: 'harbor-office.example',
      name: 'Lee Aver',
      password: 'soon to be gone',
    });
    if (!added.ok) throw new Error(added.error);
    fixture.world.mailStore.put(added.value.id, { messages: 3, unread: 0, bytes: 4096 });
    await page.goto('/accounts?account=leaver@harbor-office.example');
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 messages (4 kB)').waitFor();
    const confirm = dialog.getByRole('button', { name: 'Delete with all mail' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.locator('#confirm-address').fill('leaver@harbor-office.example');
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });
    expect(await fixture.world.directory.listAccounts()).not.toContainEqual(
      expect.objectContaining({ localPart: 'leaver' }),
    );
  });

  it('says in words why an address cannot be had', async () => {
    await page.goto('/accounts?add=1');
    await page.fill('#account-local-part', 'anna.larsen');
    await page.fill('#account-password', 'long enough');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('This address is taken by an account or an alias.').waitFor();
  });

  it('explains a deferred entry, holds it and gives it back', async () => {
    await page.goto('/queue?text=kyoto-pottery');
    await page.locator('[role=row][data-index="0"]').click();
    const detail = page.getByRole('complementary', { name: 'Message in the queue' });
    await detail.getByText('The recipient’s mailbox is full.').waitFor();
    await detail.getByRole('link', { name: 'Transcript' }).first().waitFor();
    await detail.getByRole('button', { name: 'Hold hanako@kyoto-pottery.example' }).click();
    await detail.getByText('Held by admin').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await detail.getByText('Released by admin').waitFor();
    await detail.getByText('Deferred', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('deletes everything that matches only after it has said how much that is', async () => {
    await page.goto('/queue?group=nextHop');
    await page.getByRole('row', { name: /customs\.example\.org/ }).click();
    await page.getByText('Next hop: customs.example.org').waitFor();
    await page.getByRole('checkbox', { name: 'Choose everything that matches' }).check();
    await page.getByText('Everything that matches: 3').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 3 recipients from the queue?' });
    await dialog.getByText('nobody is told').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('3 recipients deleted').waitFor();
    await page.getByText('Nothing that waits matches.').waitFor();
    expect(await fixture.world.queue.countLines({ nextHop: 'customs.example.org' })).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('ticks rows of the queue from the keyboard and hurries them', async () => {
    await page.goto('/queue?nextHop=gmail.example');
    await page.locator('[role=row][data-index="0"]').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByText('2 chosen').waitFor();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('2 recipients are tried now').waitFor();
    await page.locator('[role=row][data-index="0"]', { hasText: 'now' }).waitFor();
  });

  it('moves a rule by the keyboard, switches it off, deletes it and takes that back', async () => {
    await page.goto('/relay');
    const names = () =>
      fixture.world.settings.read().then(({ relayRules }) => relayRules.map(({ name }) => name));
    const before = await names();
    const down = page.getByRole('button', { name: 'Move “Scanner, second floor” down' });
    await down.focus();
    await page.keyboard.press('Enter');
    await page
      .locator('ol li')
      .nth(1)
      .getByText('192.168.1.40, without signing in, may send anywhere')
      .waitFor();
    expect(await names()).toEqual([before[1], before[0], ...before.slice(2)]);
    // The focus went with the rule.
    await page.keyboard.press('Enter');
    await page.locator('ol li').nth(2).getByText('192.168.1.40').waitFor();
    await page.getByRole('switch', { name: 'Rule “Old fax gateway” counts' }).press('Space');
    await page.locator('ol li', { hasText: 'Old fax gateway' }).getByText('switched off').waitFor();
    await page.getByRole('button', { name: 'Delete “Old fax gateway”' }).click();
    await page.getByText('“Old fax gateway” is deleted.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('ol li', { hasText: 'Old fax gateway' }).waitFor();
    expect((await names()).sort()).toEqual([...before].sort());
    expect(complaints).toEqual([]);
  });

  it('keeps no rule that would make an open relay, and says why', async () => {
    await page.goto('/relay?add=1');
    const dialog = page.getByRole('dialog', { name: 'Add rule' });
    await dialog.locator('#rule-networks').fill('0.0.0.0/0');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('Not saved: this would make an open relay. “0.0.0.0/0” could send').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await dialog.locator('#rule-networks').fill('10.1.2.3');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    // Without a name of its own it is called by its sentence, which stands there once.
    const sentence = page.getByText('10.1.2.3, without signing in, may send anywhere');
    await sentence.waitFor();
    expect(await sentence.count()).toBe(1);
    complaints = complaints.filter((complaint) => !complaint.includes('422'));
    expect(complaints).toEqual([]);
  });

  it('shows what somebody else changes while one looks', async () => {
    await page.goto('/relay');
    await page.locator('ol li').first().waitFor();
    const { relayRules } = await fixture.world.settings.read();
    const [first, ...rest] = relayRules;
    if (first === undefined) throw new Error('there is no rule');
    await fixture.world.settings.change({ relayRules: [{ ...first, name: 'Renamed elsewhere' }, ...rest] });
    await page.getByText('Renamed elsewhere').waitFor();
  });

  it('tries a smart host before it is saved, step by step, and says what the refusal means', async () => {
    await page.goto('/relay');
    await page.getByRole('radio', { name: /Through a smart host/ }).check();
    await page.fill('#smart-host', 'smtp.provider.example');
    await page.fill('#smart-host-user', 'office');
    await page.fill('#smart-host-password', 'wrong');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText('It ended at “Sign in”.').waitFor();
    await page.getByText('The host does not take user or password.').waitFor();
    await page.getByRole('log', { name: 'Dialogue' }).getByText('AUTH PLAIN [hidden]').waitFor();
    expect((await fixture.world.settings.read()).relay).toEqual({ mode: 'direct' });
    expect(await findViolations(page)).toEqual([]);
    await page.locator('#leaving').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mail leaves this way from now on.').waitFor();
    expect((await fixture.world.settings.read()).relay).toMatchObject({
      mode: 'smarthost',
      password: 'wrong',
    });
    await fixture.world.settings.change({ relay: { mode: 'direct' } });
    expect(complaints).toEqual([]);
  });

  it('tries a message out, and every trick of strangers with its dialogue', async () => {
    await page.goto('/relay');
    await page.fill('#try-from', 'stranger@evil.example');
    await page.fill('#try-to', 'jack@server2.example');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByText('550 5.7.1 Relaying denied: jack@server2.example').waitFor();
    await page.getByRole('button', { name: 'Run the test' }).click();
    await page.getByText(/All \d\d tricks are refused/).waitFor();
    await page.getByRole('button', { name: /Refused Percent hack </ }).click();
    await page
      .getByRole('log', { name: 'Percent hack' })
      .getByText('RCPT TO:<somebody%relay-test.example@')
      .waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('switches to Chinese without a reload and remembers it', async () => {
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: '简体中文' }).click();
    await page.getByRole('heading', { name: '总览' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '总览' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('signs out, and a page kept open elsewhere asks for the password', async () => {
    const other = await page.context().newPage();
    await other.goto(`${fixture.url}queue`);
    await other.getByRole('heading', { name: 'Queue' }).waitFor();
    await page.getByRole('button', { name: 'admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForSelector('#sign-in-name');
    await other.waitForSelector('#sign-in-name');
  });

  it('is readable at 200 % zoom: nothing is cut off sideways', async () => {
    await page.setViewportSize({ width: 640, height: 480 });
    for (const path of ['/overview', '/queue', '/messages', '/settings', '/accounts']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect({ path, overflow }).toEqual({ path, overflow: 0 });
    }
  });
});

describe('a server that goes away', () => {
  it('shows it in the frame, and heals by itself', async () => {
    const first = await startConsoleFixture({ port: 0, isCalm: true, messages: 50 });
    page = await openPage(first);
    await signIn();
    let isCut = false;
    await page.routeWebSocket('**/live', (socket) => {
      if (isCut) return void socket.close();
      const server = socket.connectToServer();
      cut = () => {
        isCut = true;
        void socket.close();
        void server.close();
      };
    });
    let cut = (): void => undefined;
    await page.goto('/overview');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('The way of a message').or(page.locator('.map')).first().waitFor();
    cut();
    await page.getByRole('alert').getByText('Connection lost').waitFor();
    isCut = false;
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.context().close();
    await first.stop();
  });
});
