import { EventEmitter } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleWorld } from '../../test/support/console-world.ts';
import { ManualClock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { ConsoleContract } from '../contract/contract.ts';
import { createConsoleRouter } from '../host/api/router.ts';
import type { ElectronModule } from './electron-module.ts';
import { type DesktopHost, runDesktop } from './run-desktop.ts';

/** A window that remembers what was done to it. */
class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  readonly options: { webPreferences: Record<string, unknown> };
  url = '';
  isVisible = false;

  constructor(options: { webPreferences: Record<string, unknown> }) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
  }

  removeMenu = () => undefined;
  isMinimized = () => false;
  focus = () => undefined;
  show = () => (this.isVisible = true);
  hide = () => (this.isVisible = false);
  loadURL = async (url: string) => void (this.url = url);

  /** What the person at the window does. */
  pressClose(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) this.emit('closed');
  }
}

/** A notice of the desktop, which somebody may click. */
class FakeNotification extends EventEmitter {
  static readonly shown: FakeNotification[] = [];
  static isSupported = () => true;
  readonly options: { title: string; body: string };

  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }

  show = () => void FakeNotification.shown.push(this);
}

class FakeTray extends EventEmitter {
  isDestroyed = false;
  menu: { label?: string; click?: () => void }[] = [];
  toolTip = '';
  setToolTip = (text: string) => (this.toolTip = text);
  setContextMenu = (menu: FakeTray['menu']) => (this.menu = menu);
  destroy = () => (this.isDestroyed = true);
}

/** Electron's port has Node's manners but wraps data in an event. */
function asPortMain(port: MessagePort) {
  return {
    on: (event: string, listener: (event?: { data: unknown }) => void) =>
      port.on(event, (data: unknown) => listener({ data })),
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.start(),
  };
}

function createFakeElectron() {
  const app = Object.assign(new EventEmitter(), {
    hasLock: true,
    hasQuit: false,
    requestSingleInstanceLock: () => app.hasLock,
    whenReady: () => Promise.resolve(),
    getLocale: () => 'en-GB',
    quit() {
      let isPrevented = false;
      app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
      if (!isPrevented) app.hasQuit = true;
    },
  });
  const trays: FakeTray[] = [];
  const handlers = new Map<string, (request: Request) => Promise<Response>>();
  const schemes: unknown[] = [];
  const fake = {
    app,
    BrowserWindow: FakeWindow,
    Notification: FakeNotification,
    Tray: class extends FakeTray {
      constructor() {
        super();
        trays.push(this);
      }
    },
    Menu: { buildFromTemplate: (template: unknown) => template },
    nativeImage: { createFromPath: (path: string) => path },
    dialog: { showErrorBox: vi.fn() },
    ipcMain: new EventEmitter(),
    protocol: {
      registerSchemesAsPrivileged: (list: unknown[]) => schemes.push(...list),
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
        handlers.set(scheme, handler),
    },
    session: {
      defaultSession: { setPermissionRequestHandler: vi.fn(), setPermissionCheckHandler: vi.fn() },
    },
  };
  return { ...fake, trays, handlers, schemes, module: fake as unknown as ElectronModule };
}

let electron: ReturnType<typeof createFakeElectron>;
let world: ConsoleWorld;
let clock: ManualClock;
let host: DesktopHost & { calls: string[]; finishStop: () => void; startProblem: Error | null };
let folder: string;
let noticed: Emitter<void>;
let state = { waiting: 0, errors: 0, warnings: 0 };

beforeEach(async () => {
  FakeWindow.all.length = 0;
  FakeNotification.shown.length = 0;
  electron = createFakeElectron();
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  noticed = new Emitter();
  state = { waiting: 0, errors: 0, warnings: 0 };
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
    electron.app.emit('second-instance');
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
    electron.app.emit('second-instance');
    expect(FakeWindow.all).toHaveLength(0);
  });
});
