/** Tray: the server is there, window or not; opens the window, or quits the server. */
import { join } from 'node:path';
import type { ElectronModule } from './electron-module.ts';

export interface TrayWords {
  readonly open: string;
  readonly quit: string;
}

const WORDS: Readonly<Record<'en' | 'zh', TrayWords>> = {
  en: { open: 'Open Postroom', quit: 'Quit (stops the mail server)' },
  zh: { open: '打开 Postroom', quit: '退出（将停止邮件服务器）' },
};

export interface TrayHandle {
  dispose(): void;
}

export function createTray(
  electron: ElectronModule,
  options: { appFolder: string; onOpen: () => void; onQuit: () => void },
): TrayHandle {
  const { app, Menu, Tray, nativeImage } = electron;
  const words = app.getLocale().startsWith('zh') ? WORDS.zh : WORDS.en;
  // Kept by the handle: a tray that is collected vanishes from the screen.
  const tray = new Tray(nativeImage.createFromPath(join(options.appFolder, 'resources', 'tray.png')));
  tray.setToolTip('Postroom');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: words.open, click: options.onOpen },
      { type: 'separator' },
      { label: words.quit, click: options.onQuit },
    ]),
  );
  tray.on('click', options.onOpen);
  return { dispose: () => tray.destroy() };
}
