// The desktop app (with a stand-in for Electron) finds a real server on its data folder, and becomes its window.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ManualClock } from '../../src-main/base/clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { ok } from '../../src-main/base/result.ts';
import { findServer } from '../../src-main/electron/find-service.ts';
import { runDesktop } from '../../src-main/electron/run-desktop.ts';
import { createFakeElectron, FakeWindow } from '../support/fake-electron.ts';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../support/service-process.ts';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let app: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await makeWorkFolder();
  app = await mkdtemp(join(tmpdir(), 'postroom-app-'));
  await writeFile(join(app, 'index.html'), '<!doctype html>');
  service = await startOffice(folder);
});

afterAll(async () => {
  await folder.remove();
  await rm(app, { recursive: true });
});

const find = () => findServer({ service: null, dataFolder: folder.data, isChosen: true });

async function open() {
  FakeWindow.forget();
  const electron = createFakeElectron();
  const createHost = vi.fn(() => {
    throw new Error('it was to be hosted');
  });
  await runDesktop({
    ...{ electron: electron.module, appFolder: app, pageFolder: app, startsHidden: false },
    ...{ findServer: find, startService: () => Promise.resolve(ok(undefined)), createHost },
    ...{ openedFiles: [], takeFiles: () => Promise.resolve([]) },
    ...{ clock: new ManualClock(), logger: silentLogger },
  });
  return { electron, createHost };
}

test('it shows the console of the server that has the folder, and starts no second one', async () => {
  const { createHost } = await open();
  expect(createHost).not.toHaveBeenCalled();
  expect(FakeWindow.all.map(({ url }) => url)).toEqual([service.ready.console]);
  const page = await fetch(FakeWindow.all[0]?.url ?? '');
  expect(await page.text()).toContain('<title>Postroom</title>');
});

test('the address is for the folder’s owner alone', async () => {
  const path = join(folder.data, 'postroom.console');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ url: service.ready.console });
});

test('what a killed server left behind is not believed, and a stopped one leaves nothing', async () => {
  await service.end('SIGKILL');
  expect(await readFile(join(folder.data, 'postroom.console'), 'utf8')).toContain('http');
  expect(await find()).toBeNull();
  const { createHost, electron } = await open();
  expect(createHost).toHaveBeenCalledOnce();
  expect(electron.app.hasQuit).toBe(true);
  service = await startOffice(folder);
  expect(await find()).toEqual({ kind: 'running', url: service.ready.console });
  await service.end();
  await expect(readFile(join(folder.data, 'postroom.console'))).rejects.toThrow('ENOENT');
});
