/**
 * Desktop shell: Electron's main process hosts the whole mail server, with a window and a tray icon; where a service has the data already, it
 * is the service's window.
 *
 * Flow: ready → host starts → page is served → window → its MessagePort → router. Closing the window leaves the server
 * running in the tray. Invariants: one instance; the host is stopped, once and within STOP_LIMIT_MS, before the app quits.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { Subscribe } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Result } from '../base/result.ts';
import type { ConsoleRouter } from '../host/api/router.ts';
import { openPageFiles } from '../host/page-files.ts';
import { answerPorts } from './console-port.ts';
import { type ConsoleWindow, createConsoleWindow, lockDown } from './console-window.ts';
import type { ElectronModule } from './electron-module.ts';
import { PAGE_ORIGIN, registerPageScheme, servePage } from './page-protocol.ts';
import type { FoundServer } from './find-service.ts';
import { mailFilesIn } from './opened-files.ts';
import { createTray, type TrayHandle, type TrayState } from './tray.ts';

/** The host gives running sessions 10 s; what takes longer than this hangs, and the app must not hang with it. */
const STOP_LIMIT_MS = 15_000;
/** People look at a tooltip, they do not watch it. */
const TRAY_INTERVAL_MS = 10_000;

/** What the shell needs of a host. */
export interface DesktopHost {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly router: ConsoleRouter;
  /** What needs somebody, and how much waits in the queue. */
  readonly notices: { state(): TrayState; readonly onNotice: Subscribe<unknown> };
}

export interface DesktopOptions {
  readonly electron: ElectronModule;
  /** Looks for a server that has our data; null: there is none. */
  readonly findServer: () => Promise<FoundServer | null>;
  /** Asks the person for the rights and starts the service; a sentence where that did not work. */
  readonly startService: () => Promise<Result<void, { readonly text: string }>>;
  /** Mail files that the app was started with. */
  readonly openedFiles: readonly string[];
  /** Puts them where imports take files from; answers their names there. */
  readonly takeFiles: (paths: readonly string[]) => Promise<readonly string[]>;
  /** Called when Electron is ready. */
  readonly createHost: () => DesktopHost;
  /** The folder that holds `out` and `resources`. */
  readonly appFolder: string;
  readonly pageFolder: string;
  /** Started at sign-in: the tray icon only, no window. */
  readonly startsHidden: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Resolves when the app runs, or has decided not to: another instance does, or the host would not start. */
export async function runDesktop(options: DesktopOptions): Promise<void> {
  const { app } = options.electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerPageScheme(options.electron);
  const desktop = new Desktop(options);
  await app.whenReady();
  await desktop.start();
}

class Desktop {
  readonly #options: DesktopOptions;
  readonly #window: ConsoleWindow;
  #host: DesktopHost | null = null;
  #tray: TrayHandle | null = null;
  #stopping: Promise<void> | null = null;
  #isStopped = false;
  /** Before the server runs. */
  readonly #opened: string[] = [];
  #cancelShow: Cancel = () => undefined;
  /** Of the server that we are the window of; null: we host it. */
  #attachedTo: string | null = null;

  constructor(options: DesktopOptions) {
    const { app } = options.electron;
    this.#options = options;
    this.#window = createConsoleWindow(options.electron, { ...options, origin: () => this.#origin });
    this.#opened.push(...options.openedFiles);
    app.on('second-instance', (_event, args, folder) => {
      this.#open(mailFilesIn(args, folder));
      this.#showWindow();
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#open([path]);
    });
    app.on('activate', () => this.#showWindow());
    // The tray keeps the app; without a listener Electron would quit.
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => this.#beforeQuit(event));
  }

  async start(): Promise<void> {
    const { electron, pageFolder, logger } = this.#options;
    lockDown(electron, () => this.#origin);
    servePage(electron, await openPageFiles(pageFolder));
    try {
      if (!(await this.#attach())) await this.#startHost();
    } catch (error) {
      logger.error('the mail server did not start', { error });
      electron.dialog.showErrorBox('Postroom', error instanceof Error ? error.message : String(error));
      electron.app.quit();
      return;
    }
    answerPorts(electron, { router: () => this.#runningHost.router, logger });
    this.#tray = createTray(electron, {
      appFolder: this.#options.appFolder,
      isAttached: this.#attachedTo !== null,
      onOpen: () => this.#showWindow(),
      onQuit: () => electron.app.quit(),
    });
    if (this.#attachedTo === null) this.#followState(this.#tray);
    if (!this.#options.startsHidden) this.#showWindow();
    this.#open(this.#opened.splice(0));
  }

  /** The console decides whose mail it is. A service has a folder of its own, where we may not write. */
  #open(paths: readonly string[]): void {
    if (paths.length === 0) return;
    if (this.#tray === null) return void this.#opened.push(...paths);
    const { electron, takeFiles, logger } = this.#options;
    const words = importWords(electron.app.getLocale());
    if (this.#attachedTo !== null) return electron.dialog.showErrorBox('Postroom', words.notHere);
    takeFiles(paths).then(
      (names) => this.#tray?.tell(names.length === 0 ? words.unreadable : words.taken(names.join(', '))),
      (error: unknown) => logger.error('files could not be taken', { error }),
    );
  }

  /** Whether somebody else is the server. Rejects where that server does not run and nobody would start it. */
  async #attach(): Promise<boolean> {
    for (;;) {
      const found = await this.#options.findServer();
      if (found === null) return false;
      if (found.kind === 'running') {
        this.#attachedTo = new URL(found.url).origin;
        return true;
      }
      await this.#haveItStarted(found.detail);
    }
  }

  async #haveItStarted(detail: string | null): Promise<void> {
    const { electron, startService } = this.#options;
    const words = stoppedWords(electron.app.getLocale());
    const asked = {
      type: 'warning',
      title: 'Postroom',
      message: words.message,
      ...(detail !== null && { detail }),
    } as const;
    const buttons = [words.start, words.leave];
    const { response } = await electron.dialog.showMessageBox({
      ...asked,
      buttons,
      defaultId: 0,
      cancelId: 1,
    });
    if (response !== 0) throw new Error(words.message);
    const started = await startService();
    if (!started.ok) throw new Error(started.error.text);
  }

  get #origin(): string {
    return this.#attachedTo ?? PAGE_ORIGIN;
  }

  #followState(tray: TrayHandle): void {
    const { notices } = this.#runningHost;
    const show = (): void => {
      tray.show(notices.state());
      this.#cancelShow = this.#options.clock.after(TRAY_INTERVAL_MS, show);
    };
    show();
    notices.onNotice(() => tray.notify(notices.state()));
  }

  async #startHost(): Promise<void> {
    const host = this.#options.createHost();
    await host.start();
    this.#host = host;
  }

  get #runningHost(): DesktopHost {
    if (this.#host === null) throw new Error('the host is not running');
    return this.#host;
  }

  #showWindow(): void {
    const hasServer = this.#host !== null || this.#attachedTo !== null;
    if (hasServer && this.#stopping === null) this.#window.show();
  }

  /** The first quit is put off until the host has stopped; the second one goes through. */
  #beforeQuit(event: { preventDefault: () => void }): void {
    if (this.#isStopped) return;
    event.preventDefault();
    this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#cancelShow();
    const { clock, logger } = this.#options;
    const cancel = clock.after(STOP_LIMIT_MS, () => {
      logger.error('the mail server did not stop in time');
      this.#quitNow();
    });
    try {
      await this.#host?.stop();
    } catch (error) {
      logger.error('the mail server did not stop cleanly', { error });
    }
    cancel();
    if (!this.#isStopped) this.#quitNow();
  }

  #quitNow(): void {
    this.#isStopped = true;
    this.#tray?.dispose();
    this.#window.release();
    this.#options.electron.app.quit();
  }
}

function stoppedWords(locale: string): { message: string; start: string; leave: string } {
  return locale.startsWith('zh')
    ? { message: 'Postroom 服务没有运行。', start: '启动服务', leave: '退出' }
    : { message: 'The Postroom service does not run.', start: 'Start the service', leave: 'Quit' };
}

function importWords(locale: string): {
  taken: (names: string) => string;
  unreadable: string;
  notHere: string;
} {
  return locale.startsWith('zh')
    ? {
        taken: (names) => `${names} 可以导入了：账户 → 选择一个账户 → “导入、导出”。`,
        unreadable: '无法读取该文件。',
        notHere:
          '邮件服务器作为服务运行：请用 “postroom import” 导入文件，或把文件放入其数据文件夹的 transfer 文件夹。',
      }
    : {
        taken: (names) => `${names} can be imported now: Accounts, choose one, “Import, export”.`,
        unreadable: 'The file could not be read.',
        notHere:
          'The mail server runs as a service: import the file with “postroom import”, or put it into the folder “transfer” of its data.',
      };
}
