/**
 * Console window: shows our page and nothing else. Closing hides it; the server goes on in the tray.
 */
import { join } from 'node:path';
import type { BrowserWindow, WebContents } from 'electron';
import type { ElectronModule } from './electron-module.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';

export interface ConsoleWindow {
  /** Shows the window, making it first if there is none. */
  show(): void;
  /** From now on closing closes. */
  release(): void;
}

export function createConsoleWindow(electron: ElectronModule, options: { appFolder: string }): ConsoleWindow {
  let window: BrowserWindow | null = null;
  let mayClose = false;

  function open(): BrowserWindow {
    const fresh = makeWindow(electron, options.appFolder);
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

function makeWindow({ BrowserWindow }: ElectronModule, appFolder: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 860,
    minWidth: 960,
    minHeight: 600,
    title: 'Postroom',
    icon: join(appFolder, 'resources', 'icon.png'),
    webPreferences: {
      preload: join(appFolder, 'out', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.removeMenu();
  // A failed load shows as an empty window; its reason is in the log of the renderer.
  window.loadURL(`${PAGE_ORIGIN}/`).catch(() => undefined);
  return window;
}

/** Whatever web contents come to be: they stay on our page, open nothing, attach nothing and are allowed nothing. */
export function lockDown({ app, session }: ElectronModule): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stay = (event: { preventDefault: () => void; url: string }): void => {
      if (!event.url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault();
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
