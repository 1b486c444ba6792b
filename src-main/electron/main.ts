/**
 * The desktop shell's entry, run by Electron: `electron . [--data DIR] [--hidden]`.
 *
 * Hands Electron, the real host and the places of this package to runDesktop(); everything else is there, where tests reach it.
 */
import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as electron from 'electron';
import { createMailHost, type MailHost } from '../host/create-mail-host.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { findOwnNode } from '../host/own-node-path.ts';
import { createPooledRandom } from '../host/pooled-random.ts';
import { systemClock } from '../host/system-clock.ts';
import { openSystemService, thisMachine } from '../host/system-service/open-system-service.ts';
import { systemTools } from '../host/system-service/system-tools.ts';
import { createLogger } from '../observe/pino-logger.ts';
import { createDesktopShell } from './desktop-shell.ts';
import { elevate } from './elevate.ts';
import { findServer } from './find-service.ts';
import { freeKey, openKeystore } from './keystore.ts';
import { mailFilesIn, takeFiles } from './opened-files.ts';
import { runDesktop } from './run-desktop.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, hidden: { type: 'boolean', default: false } },
  strict: false,
});
/** Time for the answer to reach the page that asked. */
const FAREWELL_MS = 200;
const appFolder = electron.app.getAppPath();
const logger = createLogger('info');
const dataFolder = typeof values.data === 'string' ? resolve(values.data) : defaultDataFolder();

const node = findOwnNode();
const entry = join(appFolder, 'out', 'main', 'service.js');
const service = openSystemService(
  thisMachine(() => readFileSync(join(appFolder, 'resources', 'windows', 'postroom-service.cs'), 'utf8')),
);
const withRights = (command: readonly string[]) => elevate(systemTools, process.platform, command);
let host: MailHost | null = null;
const shell = createDesktopShell({
  ...{ dataFolder, service, startedAt: systemClock.now(), elevate: withRights },
  program: node === null ? null : [node, entry],
  stopHost: async () => host?.stop(),
  freeKey: () => freeKey(dataFolder, electron.safeStorage),
  relaunch: () => {
    electron.app.relaunch();
    electron.app.exit(0);
  },
  showProblem: (text) => electron.dialog.showErrorBox('Postroom', text),
  later: (work) => void systemClock.after(FAREWELL_MS, () => void work().catch(fail)),
});

// Not awaited: Electron is ready only after this module has been evaluated.
runDesktop({
  electron,
  findServer: () => findServer({ service, dataFolder, isChosen: values.data !== undefined }),
  startService: () => withRights([node ?? process.execPath, entry, 'service', 'start']),
  openedFiles: mailFilesIn(process.argv.slice(1), process.cwd()),
  takeFiles: (paths) => takeFiles(dataFolder, paths),
  createHost: () => {
    host = createMailHost({
      shell,
      dataFolder,
      keyPlace: openKeystore(dataFolder, electron.safeStorage),
      version: electron.app.getVersion(),
      bind: null,
      ports: {},
      whenPortUnavailable: 'takeHighPort',
      provision: null,
      defaultHostname: hostname(),
      clock: systemClock,
      randomBytes: createPooledRandom(),
      logger,
    });
    return host;
  },
  appFolder,
  pageFolder: join(appFolder, 'out', 'renderer'),
  startsHidden: values.hidden === true,
  clock: systemClock,
  logger,
}).catch(fail);

function fail(error: unknown): void {
  logger.error('the desktop app failed', { error });
  electron.app.exit(1);
}
