/**
 * The desktop shell's entry, run by Electron: `electron . [--data DIR] [--hidden]`.
 *
 * Hands Electron, the real host and the places of this package to runDesktop(); everything else is there, where tests reach it.
 */
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as electron from 'electron';
import { createMailHost } from '../host/create-mail-host.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { createPooledRandom } from '../host/pooled-random.ts';
import { systemClock } from '../host/system-clock.ts';
import { createLogger } from '../observe/pino-logger.ts';
import { openKeystore } from './keystore.ts';
import { runDesktop } from './run-desktop.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, hidden: { type: 'boolean', default: false } },
  strict: false,
});
const appFolder = electron.app.getAppPath();
const logger = createLogger('info');
const dataFolder = typeof values.data === 'string' ? resolve(values.data) : defaultDataFolder();

// Not awaited: Electron is ready only after this module has been evaluated.
runDesktop({
  electron,
  createHost: () =>
    createMailHost({
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
    }),
  appFolder,
  pageFolder: join(appFolder, 'out', 'renderer'),
  startsHidden: values.hidden === true,
  clock: systemClock,
  logger,
}).catch((error: unknown) => {
  logger.error('the desktop app failed', { error });
  electron.app.exit(1);
});
