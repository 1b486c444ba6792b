/**
 * Console window: shows our page, or that of the server which has our data, and nothing else. Closing hides it.
 */
import { join } from 'node:path';
import type { BrowserWindow, WebContents } from 'electron';
import type { ElectronModule } from './electron-module.ts';
import type { Clock } from '../base/clock.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';

export interface ConsoleWindow {
  /** Shows the window, making it first if there is none. */
  show(): void;
  /** From now on closing closes. */
  release(): void;
}

/** A service that starts again is back in this time. */
const RELOAD_MS = 2_000;

export interface ConsoleWindowOptions {
  readonly appFolder: string;
  readonly clock: Clock;
  /** What it shows; asked when it opens. */
  readonly origin: () => string;
}

export function createConsoleWindow(electron: ElectronModule, options: ConsoleWindowOptions): ConsoleWindow {
  let window: BrowserWindow | null = null;
  let mayClose = false;

  function open(): BrowserWindow {
    const fresh = makeWindow(electron, options);
    fresh.on('close', (event) => {
      if (mayClose) return;
      event.preventDefault();
      fresh.hide();
    });
    fresh.on('closed', () => (window = null));
    return fresh;
  }

  return {
    show() {
      window ??= open();
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    release() {
      mayClose = true;
    },
  };
}

function makeWindow({ BrowserWindow }: ElectronModule, options: ConsoleWindowOptions): BrowserWindow {
  const { appFolder } = options;
  const origin = options.origin();
  const window = new BrowserWindow({
    width: 1280,
    height: 860,
    minWidth: 960,
    minHeight: 600,
    title: 'Postroom',
    icon: join(appFolder, 'resources', 'icon.png'),
    webPreferences: {
      // A page that comes over HTTP signs in like any browser's; it gets no way into this process.
      ...(origin === PAGE_ORIGIN && { preload: join(appFolder, 'out', 'preload', 'index.cjs') }),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.removeMenu();
  load(window, { ...options, origin: () => origin });
  return window;
}

/** Our own page is always there; a server may be starting again. */
function load(window: BrowserWindow, options: ConsoleWindowOptions): void {
  window.loadURL(`${options.origin()}/`).catch(() => {
    options.clock.after(RELOAD_MS, () => {
      if (!window.isDestroyed()) load(window, options);
    });
  });
}

/** Whatever web contents come to be: they stay on our page, open nothing, attach nothing and are allowed nothing. */
export function lockDown({ app, session }: ElectronModule, origin: () => string): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stay = (event: { preventDefault: () => void; url: string }): void => {
      if (!event.url.startsWith(`${origin()}/`)) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  );
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission) => permission === 'clipboard-sanitized-write',
  );
}
