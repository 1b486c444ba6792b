/**
 * Steering the queue by pointing and clicking, in a real browser: another next hop, other recipients, bounce now, hold rules,
 * what is under way and what rests; and orders to 10,000 recipients on a real database.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { fillQueue } from '../bench/queue-bench.ts';
import { openTestStorage } from '../contract/mail-stores.ts';
import { FIXTURE_CREDENTIALS, startConsoleFixture } from '../support/console-fixture.ts';
import { launchChromium } from './chromium.ts';
import { findViolations } from './find-violations.ts';

type Fixture = Awaited<ReturnType<typeof startConsoleFixture>>;

let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

async function signIn(fixture: Fixture): Promise<void> {
  page = await browser.newPage({
    baseURL: fixture.url,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('/');
  await page.fill('#sign-in-name', FIXTURE_CREDENTIALS.name);
  await page.fill('#sign-in-password', FIXTURE_CREDENTIALS.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

const dialog = () => page.getByRole('dialog');
const button = (name: string) => page.getByRole('button', { name, exact: true });
const rows = () => page.locator('[role=row][data-index]');
const chooseEverything = () => page.getByRole('checkbox', { name: 'Choose everything that matches' }).check();

describe('steering the queue', () => {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await startConsoleFixture({ port: 0, isCalm: true, messages: 200 });
    await signIn(fixture);
  });

  afterEach(async () => {
    expect(complaints.splice(0)).toEqual([]);
    await page.close();
    await fixture.stop();
  });

  it('sends everything for a next hop to another host, and takes that back', async () => {
    await page.goto('/queue?nextHop=gmail.example');
    await chooseEverything();
    await button('Change next hop').click();
    await dialog().getByText('Change the next hop of 12 recipients?').waitFor();
    await dialog().getByLabel('A host').check();
    await dialog().getByLabel('Host name or address').fill('smtp isp');
    await dialog().getByLabel('Port').fill('587');
    expect(await findViolations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Change next hop' }).click();
    await page.getByText('This is not a host name or address.').waitFor();
    await chooseEverything();
    await button('Change next hop').click();
    await dialog().getByLabel('A host').check();
    await dialog().getByLabel('Host name or address').fill('smtp.isp.example');
    await dialog().getByLabel('Port').fill('587');
    await dialog().getByRole('button', { name: 'Change next hop' }).click();
    await page.getByText('12 recipients go there now').waitFor();
    await page.goto('/queue?nextHop=smtp.isp.example:587');
    await page.getByText('12 recipients wait').waitFor();
    expect((await fixture.world.queue.listLines({}, { limit: 1 }))[0]).toBeDefined();
    await chooseEverything();
    await button('Change next hop').click();
    await dialog().getByLabel('A route').check();
    await dialog().getByRole('button', { name: 'Change next hop' }).click();
    await page.getByText('12 recipients go there now').waitFor();
    await button('Undo').click();
    await expect.poll(() => fixture.world.queue.countLines({ nextHop: 'smtp.isp.example:587' })).toBe(12);
  });

  it('changes, removes and adds recipients of one message, and takes that back', async () => {
    await page.goto('/queue?text=keller');
    await rows().first().click();
    await button('Edit recipients').click();
    await dialog().getByLabel('Address 2').fill('marta@spedition-keller');
    await dialog().getByLabel('Further recipients').fill('nobody@here.example');
    expect(await findViolations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog()
      .getByText(/no way from here/)
      .waitFor();
    await dialog().getByLabel('Address 2').fill('marta@spedition-keller.example');
    await dialog().getByLabel('Further recipients').fill('dispatch@spedition-keller.example');
    await dialog()
      .getByRole('button', { name: /^Delete office/ })
      .click();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Recipients changed').waitFor();
    const detail = page.getByRole('complementary', { name: 'Message in the queue' });
    await detail.getByText('admin changed the recipient marta.keller@spedition-keller.example').waitFor();
    await detail.locator('article strong', { hasText: 'dispatch@spedition-keller.example' }).waitFor();
    await button('Undo').click();
    await detail.locator('article strong', { hasText: 'marta.keller@spedition-keller.example' }).waitFor();
    expect(await fixture.world.queue.countLines({ text: 'dispatch@' })).toBe(0);
  });

  it('returns one recipient’s mail with a reason, after saying what that means', async () => {
    await page.goto('/queue?text=hanako');
    await rows().first().click();
    await page.getByRole('button', { name: 'Bounce now hanako@kyoto-pottery.example' }).click();
    await dialog().getByText('its sender gets a report (DSN)').waitFor();
    await dialog().getByLabel('Reason, for the sender').fill('Ask her by telephone.');
    expect(await findViolations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Bounce now' }).click();
    await page.getByText('1 recipient returned').waitFor();
    await page.getByText('This message is not in the queue any more.').waitFor();
    await page.getByRole('link', { name: 'See what happened to it' }).click();
    await page.getByText('Reason: Ask her by telephone.').waitFor();
  });

  it('holds by a rule what waits already, shows the rule as the reason, and switches it off', async () => {
    await page.goto('/queue');
    await button('Hold rules').click();
    await button('Add a rule').click();
    await dialog().getByLabel('Name, shown as the reason').fill('Kyoto on holiday');
    await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    await dialog().getByText('A rule must ask for something').waitFor();
    await dialog().getByLabel('Recipient: address').fill('kyoto-pottery.example');
    await dialog().getByText('Hold what waits already, too').click();
    expect(await findViolations(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Rule added; 2 waiting recipients held').waitFor();
    await dialog().getByRole('switch', { name: 'The rule Kyoto on holiday is on' }).press('Space');
    await expect
      .poll(async () =>
        (await fixture.world.settings.read()).holdRules.find(({ name }) => name.startsWith('Kyoto')),
      )
      .toMatchObject({ isEnabled: false, recipient: 'kyoto-pottery.example' });
    await page.keyboard.press('Escape');
    await page.goto('/queue?text=hanako');
    await page.getByText('Held by the rule “Kyoto on holiday”').first().waitFor();
  });

  it('shows deliveries under way with phase and percent as they move', async () => {
    await page.goto('/queue?state=active');
    await page.getByText('43 % sent to mx.portnews.example').waitFor();
    const { activity } = fixture.world;
    activity.tell('q970k7d3fz0', [0], { phase: 'content', host: 'mx.portnews.example', percent: 87 });
    await page.getByText('87 % sent to mx.portnews.example').waitFor();
    activity.end('q970k7d3fz0');
    await page.getByText('1 recipient waits').waitFor();
  });

  it('says which next hops rest and why, and tries one at once', async () => {
    await page.goto('/queue');
    await page.getByText(/gmail\.example rests until/).waitFor();
    await page.getByRole('button', { name: 'Try now: gmail.example' }).click();
    await page.getByText('gmail.example is tried now').waitFor();
    await page.getByText(/gmail\.example rests until/).waitFor({ state: 'detached' });
    const now = fixture.world.clock.now();
    const lines = await fixture.world.queue.listLines({ nextHop: 'gmail.example' }, { limit: 20 });
    expect(lines.every(({ recipient }) => recipient.nextAttemptAt <= now)).toBe(true);
  });

  it('finds a queue entry from the keyboard by address and by id', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('hanako');
    await page.getByRole('group', { name: 'In the queue' }).getByRole('option').first().click();
    await page.getByRole('complementary', { name: 'Message in the queue' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('q970k7d3');
    await page.getByRole('group', { name: 'In the queue' }).getByText('30@portnews.example').waitFor();
  });
});

const RECIPIENTS = 10_000;

describe('orders to 10,000 recipients', () => {
  let folder: string;
  let storage: Storage;
  let fixture: Fixture;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-steering-'));
    storage = await openTestStorage(folder);
    await fillQueue(storage, RECIPIENTS);
    fixture = await startConsoleFixture({
      port: 0,
      isCalm: true,
      messages: 10,
      prepare: (world) => {
        world.waiting = world.openDesk(storage.queueSteering, storage.queue);
      },
    });
    await signIn(fixture);
  }, 60_000);

  afterAll(async () => {
    await page?.close();
    await fixture?.stop();
    await storage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function orderEverything(action: string): Promise<void> {
    await page.goto('/queue');
    await page.getByText('10,000 recipients wait').waitFor();
    await chooseEverything();
    await button(action).click();
  }

  it('go another way and back with undo', async () => {
    await orderEverything('Change next hop');
    await dialog().getByLabel('A host').check();
    await dialog().getByLabel('Host name or address').fill('backup.example');
    await dialog().getByRole('button', { name: 'Change next hop' }).click();
    await page.getByText('10,000 recipients go there now').waitFor({ timeout: 60_000 });
    expect(await storage.queueSteering.countLines({ nextHop: 'backup.example:25' })).toBe(RECIPIENTS);
    await button('Undo').click();
    await expect
      .poll(() => storage.queueSteering.countLines({ nextHop: 'backup.example:25' }), { timeout: 60_000 })
      .toBe(0);
  });

  it('are bounced with progress, each with its timeline', async () => {
    await orderEverything('Bounce now');
    await dialog().getByText('Everything in the queue').waitFor();
    await dialog().getByRole('button', { name: 'Bounce now' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText('10,000 recipients returned').waitFor({ timeout: 120_000 });
    expect(await storage.queueSteering.countLines({})).toBe(0);
    expect(await storage.timelines.readTimeline('q0000000042')).toMatchObject({
      summary: { state: 'failed' },
      events: expect.arrayContaining([expect.objectContaining({ type: 'returned', by: 'admin' })]) as unknown,
    });
  }, 150_000);
});
