// The tab "This computer" of a real service whose manager is the test: it is started again when it asks for it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort } from '../support/free-port.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startService,
  type ServiceProcess,
} from '../support/service-process.ts';
import { openSignedInPage, type SignedInPage } from './signed-in-page.ts';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let open: SignedInPage;
let port: number;
const exitCodes: unknown[] = [];

beforeAll(async () => {
  folder = await makeWorkFolder();
  port = await findFreePort();
  service = await start();
  open = await openSignedInPage(service.ready.console, OFFICE.admin);
});

afterAll(async () => {
  await open.browser.close();
  await service.end();
  await folder.remove();
});

async function start(): Promise<ServiceProcess> {
  const places = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'];
  const ports = ['--ports', ALL_FREE_PORTS, '--console', `127.0.0.1:${String(port)}`];
  const started = await startService([...places, ...ports, '--managed-by', 'systemd']);
  started.process.once('exit', (code) => exitCodes.push(code));
  return started;
}

test('says how it runs, and a restart brings another process and the page back', async () => {
  const { page, complaints } = open;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'This computer' }).click();
  const panel = page.locator('section', { has: page.locator('#running-title') });
  await panel.getByText('Runs as a service of this computer').waitFor();
  await panel.getByText(`process ${String(service.process.pid)}`).waitFor();
  const ended = new Promise((resolve) => service.process.once('exit', resolve));
  await panel.getByRole('button', { name: 'Restart' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
  await ended;
  expect(exitCodes).toEqual([75]);
  service = await start();
  // Sessions end with the process: the page finds the server again and asks who is there.
  await page.locator('#sign-in-name').waitFor({ timeout: 30_000 });
  await page.locator('input').first().fill(OFFICE.admin.name);
  await page.locator('input[type=password]').fill(OFFICE.admin.password);
  await page.keyboard.press('Enter');
  await panel.getByText(`process ${String(service.process.pid)}`).waitFor();
  expect(complaints).toEqual([]);
});
