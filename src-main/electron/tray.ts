/** Tray: the server is there, window or not, and how it is; opens the window, or quits the server; tells what has come to need somebody. */
import { join } from 'node:path';
import type { ElectronModule } from './electron-module.ts';

export interface TrayWords {
  readonly open: string;
  readonly quit: string;
  /** Where the server is another process. */
  readonly close: string;
  readonly attached: string;
  /** At the icon. */
  readonly state: (state: TrayState) => string;
  readonly news: (errors: number, warnings: number) => string;
}

export interface TrayState {
  readonly waiting: number;
  readonly errors: number;
  readonly warnings: number;
}

const WORDS: Readonly<Record<'en' | 'zh', TrayWords>> = {
  en: {
    open: 'Open Postroom',
    quit: 'Quit (stops the mail server)',
    close: 'Quit (the mail server goes on)',
    attached: 'Postroom: runs as a service',
    state: ({ waiting, errors, warnings }) =>
      `Postroom: ${waiting} waiting in the queue${errors + warnings > 0 ? `, ${errors + warnings} need you` : ''}`,
    news: (errors, warnings) =>
      `${errors + warnings} need you (errors: ${errors}, warnings: ${warnings}). Click to see them.`,
  },
  zh: {
    open: '打开 Postroom',
    quit: '退出（将停止邮件服务器）',
    close: '退出（邮件服务器继续运行）',
    attached: 'Postroom：作为服务运行',
    state: ({ waiting, errors, warnings }) =>
      `Postroom：队列中 ${waiting} 个等待${errors + warnings > 0 ? `，${errors + warnings} 项需要处理` : ''}`,
    news: (errors, warnings) => `有 ${errors} 个错误和 ${warnings} 个警告需要处理，点击查看。`,
  },
};

export interface TrayHandle {
  show(state: TrayState): void;
  /** Something has come to need somebody. */
  notify(state: TrayState): void;
  tell(text: string): void;
  dispose(): void;
}

export function createTray(
  electron: ElectronModule,
  options: { appFolder: string; isAttached: boolean; onOpen: () => void; onQuit: () => void },
): TrayHandle {
  const { app, Menu, Tray, nativeImage } = electron;
  const words = app.getLocale().startsWith('zh') ? WORDS.zh : WORDS.en;
  // Kept by the handle: a tray that is collected vanishes from the screen.
  const tray = new Tray(nativeImage.createFromPath(join(options.appFolder, 'resources', 'tray.png')));
  tray.setToolTip(options.isAttached ? words.attached : 'Postroom');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: words.open, click: options.onOpen },
      { type: 'separator' },
      { label: options.isAttached ? words.close : words.quit, click: options.onQuit },
    ]),
  );
  tray.on('click', options.onOpen);
  function tell(body: string): void {
    if (!electron.Notification.isSupported()) return;
    const notification = new electron.Notification({ title: 'Postroom', body });
    notification.on('click', options.onOpen);
    notification.show();
  }
  return {
    show: (state) => tray.setToolTip(words.state(state)),
    notify: ({ errors, warnings }) => tell(words.news(errors, warnings)),
    tell,
    dispose: () => tray.destroy(),
  };
}
