/** Electron as far as the desktop shell uses it: windows, tray, notices and dialogs that remember what was done with them. */
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { vi } from 'vitest';
import type { ElectronModule } from '../../src-main/electron/electron-module.ts';

/** A window that remembers what was done to it. */
export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  static loads = 0;
  /** So many loads are in vain. */
  static failures = 0;
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
  isDestroyed = () => false;
  loadURL = (url: string): Promise<void> => {
    this.url = url;
    FakeWindow.loads++;
    return FakeWindow.failures-- > 0
      ? Promise.reject(new Error('ERR_CONNECTION_REFUSED'))
      : Promise.resolve();
  };

  static forget(): void {
    FakeWindow.all.length = 0;
    FakeWindow.loads = 0;
    FakeWindow.failures = 0;
  }

  /** What the person at the window does. */
  pressClose(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) this.emit('closed');
  }
}

/** A notice of the desktop, which somebody may click. */
export class FakeNotification extends EventEmitter {
  static readonly shown: FakeNotification[] = [];
  static isSupported = () => true;
  readonly options: { title: string; body: string };

  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }

  show = () => void FakeNotification.shown.push(this);
}

export class FakeTray extends EventEmitter {
  isDestroyed = false;
  menu: { label?: string; click?: () => void }[] = [];
  toolTip = '';
  setToolTip = (text: string) => (this.toolTip = text);
  setContextMenu = (menu: FakeTray['menu']) => (this.menu = menu);
  destroy = () => (this.isDestroyed = true);
}

/** Electron's port has Node's manners but wraps data in an event. */
export function asPortMain(port: MessagePort) {
  return {
    on: (event: string, listener: (event?: { data: unknown }) => void) =>
      port.on(event, (data: unknown) => listener({ data })),
    postMessage: (data: unknown) => port.postMessage(data),
    start: () => port.start(),
  };
}

export function createFakeElectron() {
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
    dialog: { showErrorBox: vi.fn(), showMessageBox: vi.fn() },
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
