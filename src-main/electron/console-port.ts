/**
 * Console port: the contract over a MessagePort that our own page has sent.
 *
 * Flow: page → preload → here → router. Invariants: only the top frame of our page's origin is answered. Who sits at this
 * machine and started the app owns the data folder, so the window is signed in by itself once there is an administrator.
 */
import { RPCHandler } from '@orpc/server/message-port';
import type { IpcMainEvent } from 'electron';
import type { Logger } from '../base/logger.ts';
import { logFailedCalls } from '../host/api/call-log.ts';
import type { ConsoleRouter } from '../host/api/router.ts';
import type { ConsoleContext } from '../host/api/services.ts';
import type { ElectronModule } from './electron-module.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';

/** Preload and page use the same word (preload.ts, src-renderer/host/transport.ts). */
const CONNECT = 'postroom:connect';
/** What the log calls the person at this machine. */
const LOCAL_ADMINISTRATOR = 'desktop';

const CONTEXT: ConsoleContext = {
  visitor: {
    shell: 'desktop',
    isLocal: true,
    remoteAddress: 'desktop',
    administrator: () => LOCAL_ADMINISTRATOR,
    signIn: () => undefined,
  },
};

export function answerPorts(
  { ipcMain }: ElectronModule,
  options: { router: () => ConsoleRouter; logger: Logger },
): void {
  ipcMain.on(CONNECT, (event) => {
    const [port] = event.ports;
    if (port === undefined || !isOwnPage(event)) {
      options.logger.warn('a page that is not ours asked for the console');
      return;
    }
    const interceptors = logFailedCalls(options.logger);
    new RPCHandler<ConsoleContext>(options.router(), { interceptors }).upgrade(port, { context: CONTEXT });
    port.start();
  });
}

function isOwnPage({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.origin === PAGE_ORIGIN;
}
