import { EventEmitter } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleWorld } from '../../test/support/console-world.ts';
import {
  asPortMain,
  createFakeElectron,
  FakeNotification,
  FakeWindow,
} from '../../test/support/fake-electron.ts';
import { ManualClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { ok } from '../base/result.ts';
import type { ConsoleContract } from '../contract/contract.ts';
import { createConsoleRouter } from '../host/api/router.ts';
import type { FoundServer } from './find-service.ts';
import { type DesktopHost, runDesktop } from './run-desktop.ts';

let electron: ReturnType<typeof createFakeElectron>;
let world: ConsoleWorld;
let clock: ManualClock;
let host: DesktopHost & { calls: string[]; finishStop: () => void; startProblem: Error | null };
let folder: string;
let noticed: Emitter<void>;
let state = { waiting: 0, errors: 0, warnings: 0 };
let found: (FoundServer | null)[] = [];
let opened: string[] = [];
const takeFiles = vi.fn((paths: readonly string[]) => Promise.resolve(paths.map((path) => basename(path))));
const startService = vi.fn(() => Promise.resolve(ok(undefined)));

beforeEach(async () => {
  FakeWindow.forget();
  FakeNotification.shown.length = 0;
  electron = createFakeElectron();
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  noticed = new Emitter();
  state = { waiting: 0, errors: 0, warnings: 0 };
  found = [];
  opened = [];
  takeFiles.mockClear();
  startService.mockClear();
  const calls: string[] = [];
  const stopped = Promise.withResolvers<void>();
  host = {
    calls,
    startProblem: null,
    router: createConsoleRouter(world.services()),
    notices: { state: () => state, onNotice: noticed.subscribe },
    finishStop: stopped.resolve,
    start: async () => {
      calls.push('start');
      if (host.startProblem !== null) throw host.startProblem;
    },
    stop: () => {
      calls.push('stop');
      return stopped.promise;
    },
  };
  folder = await mkdtemp(join(tmpdir(), 'postroom-desktop-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Postroom</title>');
});

afterEach(() => rm(folder, { recursive: true }));

function run(startsHidden = false): Promise<void> {
  return runDesktop({
    electron: electron.module,
    createHost: () => host,
    findServer: () => Promise.resolve(found.shift() ?? null),
    startService,
    openedFiles: opened,
    takeFiles,
    appFolder: folder,
    pageFolder: folder,
    startsHidden,
    clock,
    logger: world.logger,
  });
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function window(): FakeWindow {
  const [only] = FakeWindow.all;
  if (only === undefined) throw new Error('there is no window');
  return only;
}

function connect(senderFrame: unknown) {
  const { port1, port2 } = new MessageChannel();
  electron.ipcMain.emit('postroom:connect', { ports: [asPortMain(port2)], senderFrame });
  const client: ContractRouterClient<ConsoleContract> = createORPCClient(new RPCLink({ port: port1 }));
  return { client, port1 };
}

const OWN_FRAME = { origin: 'postroom://console', parent: null };

describe('the tray', () => {
  it('says how the server is, and keeps saying it', async () => {
    await run();
    expect(electron.trays[0]?.toolTip).toBe('Postroom: 0 waiting in the queue');
    state = { waiting: 4, errors: 1, warnings: 2 };
    clock.advance(10_000);
    expect(electron.trays[0]?.toolTip).toBe('Postroom: 4 waiting in the queue, 3 need you');
  });

  it('tells what has come to need somebody, and a click opens the window', async () => {
    await run(true);
    state = { waiting: 0, errors: 1, warnings: 0 };
    noticed.emit();
    expect(FakeNotification.shown.map(({ options }) => options.body)).toEqual([
      '1 need you (errors: 1, warnings: 0). Click to see them.',
    ]);
    FakeNotification.shown[0]?.emit('click');
    expect(window().isVisible).toBe(true);
  });
});

describe('starting', () => {
  it('starts the host and opens one window on our page', async () => {
    await run();
    expect(host.calls).toEqual(['start']);
    expect(window()).toMatchObject({ url: 'postroom://console/', isVisible: true });
  });

  it('starts without a window when asked to, and opens it from the tray', async () => {
    await run(true);
    expect(FakeWindow.all).toHaveLength(0);
    electron.trays[0]?.emit('click');
    expect(window().isVisible).toBe(true);
  });

  it('leaves at once when another instance runs', async () => {
    electron.app.hasLock = false;
    await run();
    expect(electron.app.hasQuit).toBe(true);
    expect(host.calls).toEqual([]);
  });

  it('shows the window again when a second instance is started', async () => {
    await run();
    window().pressClose();
    electron.app.emit('second-instance', {}, [], '/');
    expect(FakeWindow.all).toHaveLength(1);
    expect(window().isVisible).toBe(true);
  });

  it('says why the host would not start, and leaves', async () => {
    host.startProblem = new Error('the data folder is in use');
    await run();
    expect(electron.dialog.showErrorBox).toHaveBeenCalledWith('Postroom', 'the data folder is in use');
    host.finishStop();
    await settle();
    expect(electron.app.hasQuit).toBe(true);
  });
});

describe('where a service has the data', () => {
  const RUNNING = { kind: 'running', url: 'http://127.0.0.1:8025/' } as const;

  it('is its window, hosts nothing, and says so in the tray', async () => {
    found = [RUNNING];
    await run();
    expect(host.calls).toEqual([]);
    expect(window()).toMatchObject({ url: 'http://127.0.0.1:8025/', isVisible: true });
    expect(electron.trays[0]?.toolTip).toBe('Postroom: runs as a service');
    expect(electron.trays[0]?.menu.at(-1)?.label).toBe('Quit (the mail server goes on)');
  });

  it('gives its page no way into this process, and keeps the window there', async () => {
    found = [RUNNING];
    await run();
    expect(window().options.webPreferences).toMatchObject({ sandbox: true, nodeIntegration: false });
    expect(window().options.webPreferences).not.toHaveProperty('preload');
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() });
    electron.app.emit('web-contents-created', {}, contents);
    const stays = (url: string) => {
      const preventDefault = vi.fn();
      contents.emit('will-navigate', { url, preventDefault });
      return preventDefault.mock.calls.length === 0;
    };
    expect(
      ['http://127.0.0.1:8025/queue', 'http://127.0.0.1:80250/', 'https://evil.example/'].map(stays),
    ).toEqual([true, false, false]);
  });

  it('tries again while the service is starting', async () => {
    found = [RUNNING];
    FakeWindow.failures = 2;
    await run();
    expect(FakeWindow.loads).toBe(1);
    for (let retries = 0; retries < 2; retries++) {
      await settle();
      clock.advance(2_000);
    }
    expect(FakeWindow.loads).toBe(3);
  });

  it('leaves the server alone when it quits', async () => {
    found = [RUNNING];
    await run();
    electron.app.quit();
    await settle();
    expect([electron.app.hasQuit, host.calls]).toEqual([true, []]);
  });

  it('offers to start a service that is stopped, and attaches then', async () => {
    found = [{ kind: 'stopped', detail: 'exit-code (2)' }, RUNNING];
    electron.dialog.showMessageBox.mockResolvedValue({ response: 0 });
    await run();
    expect(electron.dialog.showMessageBox.mock.calls[0]?.[0]).toMatchObject({ detail: 'exit-code (2)' });
    expect(startService).toHaveBeenCalledOnce();
    expect(window().url).toBe('http://127.0.0.1:8025/');
  });

  it('never hosts data that belongs to a stopped service', async () => {
    found = [{ kind: 'stopped', detail: null }];
    electron.dialog.showMessageBox.mockResolvedValue({ response: 1 });
    await run();
    expect([electron.app.hasQuit, host.calls, startService.mock.calls]).toEqual([true, [], []]);
  });
});

describe('a mail file that is opened with the app', () => {
  const TOLD = 'tom.mbox can be imported now: Accounts, choose one, “Import, export”.';

  it('at its start is taken when the server runs', async () => {
    opened = ['/home/anna/tom.mbox'];
    await run();
    await settle();
    expect(takeFiles.mock.calls).toEqual([[opened]]);
    expect(FakeNotification.shown.map(({ options }) => options.body)).toEqual([TOLD]);
  });

  it('later comes from another instance, or from the system', async () => {
    await run();
    electron.app.emit('second-instance', {}, ['postroom', '--hidden', 'tom.mbox', 'notes.txt'], '/home/anna');
    const preventDefault = vi.fn();
    electron.app.emit('open-file', { preventDefault }, '/Users/anna/letter.eml');
    await settle();
    expect(takeFiles.mock.calls).toEqual([[['/home/anna/tom.mbox']], [['/Users/anna/letter.eml']]]);
    expect(preventDefault).toHaveBeenCalledOnce();
  });

  it('is not taken where a service has the data, and the person is told how', async () => {
    found = [{ kind: 'running', url: 'http://127.0.0.1:8025/' }];
    opened = ['/home/anna/tom.mbox'];
    await run();
    expect(takeFiles).not.toHaveBeenCalled();
    expect(electron.dialog.showErrorBox.mock.calls[0]?.[1]).toContain('postroom import');
  });
});

describe('security', () => {
  it('gives the page no power of Node and isolates it', async () => {
    await run();
    expect(window().options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  it('serves the page with its policy and nothing else', async () => {
    await run();
    const serve = electron.handlers.get('postroom');
    const page = await serve?.(new Request('postroom://console/messages'));
    expect(page?.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect((await serve?.(new Request('postroom://console/..%2fsecret.txt')))?.status).toBe(404);
    expect((await serve?.(new Request('postroom://elsewhere/')))?.status).toBe(404);
    expect(electron.schemes).toHaveLength(1);
  });

  it('keeps every web contents on our page and lets it open nothing', async () => {
    await run();
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() });
    electron.app.emit('web-contents-created', {}, contents);
    const navigate = (url: string) => {
      const preventDefault = vi.fn();
      contents.emit('will-navigate', { url, preventDefault });
      return preventDefault.mock.calls.length === 1;
    };
    expect(navigate('https://evil.example/')).toBe(true);
    expect(navigate('postroom://console.evil.example/')).toBe(true);
    expect(navigate('postroom://console/queue')).toBe(false);
    expect(contents.setWindowOpenHandler.mock.calls[0]?.[0]()).toEqual({ action: 'deny' });
  });

  it('allows no permission but copying', async () => {
    await run();
    const [ask] = electron.session.defaultSession.setPermissionRequestHandler.mock.calls[0] ?? [];
    const answers = ['media', 'geolocation', 'notifications', 'clipboard-sanitized-write'].map(
      (permission) => {
        const answer = vi.fn();
        ask(null, permission, answer);
        return answer.mock.calls[0]?.[0];
      },
    );
    expect(answers).toEqual([false, false, false, true]);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example', parent: null }],
    ['a frame within the page', { origin: 'postroom://console', parent: {} }],
    ['a frame that is gone', null],
  ])('does not answer a port from %s', async (_, frame) => {
    await run();
    const { client, port1 } = connect(frame);
    const answered = vi.fn();
    client.session.state().then(answered, answered);
    await settle();
    await settle();
    expect(answered).not.toHaveBeenCalled();
    port1.close();
  });
});

describe('the port', () => {
  it('answers calls of the contract: setup first, then everything, signed in by itself', async () => {
    await run();
    const { client, port1 } = connect(OWN_FRAME);
    expect(await client.session.state()).toEqual({ kind: 'needsSetup', mayBegin: true });
    const state = await client.setup.createAdministrator({ name: 'anna', password: 'long enough for all' });
    expect(state).toMatchObject({ kind: 'signedIn', shell: 'desktop' });
    expect(await client.domains.add({ name: 'server1.com' })).toMatchObject({ name: 'server1.com' });
    port1.close();
  });

  it('streams feeds', async () => {
    await run();
    const { client, port1 } = connect(OWN_FRAME);
    const feed = await client.settings.watch();
    expect((await feed.next()).value).toMatchObject({ type: 'snapshot', seq: 0 });
    port1.close();
  });
});

describe('ending', () => {
  it('goes on in the tray when the window closes', async () => {
    await run();
    window().pressClose();
    electron.app.emit('window-all-closed');
    expect(window().isVisible).toBe(false);
    expect(electron.app.hasQuit).toBe(false);
    expect(host.calls).toEqual(['start']);
  });

  it('stops the host, once, before it quits', async () => {
    await run();
    electron.app.quit();
    electron.app.quit();
    await settle();
    expect(host.calls).toEqual(['start', 'stop']);
    expect(electron.app.hasQuit).toBe(false);
    host.finishStop();
    await settle();
    expect(electron.app.hasQuit).toBe(true);
    expect(electron.trays[0]?.isDestroyed).toBe(true);
  });

  it('quits from the tray menu', async () => {
    await run();
    electron.trays[0]?.menu.at(-1)?.click?.();
    host.finishStop();
    await settle();
    expect(electron.app.hasQuit).toBe(true);
  });

  it('quits all the same when the host does not stop in time', async () => {
    await run();
    electron.app.quit();
    clock.advance(15_000);
    expect(electron.app.hasQuit).toBe(true);
  });

  it('does not open a window while it stops', async () => {
    await run(true);
    electron.app.quit();
    electron.app.emit('second-instance', {}, [], '/');
    expect(FakeWindow.all).toHaveLength(0);
  });
});
