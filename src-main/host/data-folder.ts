/** Where the data lies unless told otherwise: the same folder for the desktop app and the service. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export function defaultDataFolder(): string {
  const home = homedir();
  switch (process.platform) {
    case 'win32':
      return join(process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Postroom');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Postroom');
    default:
      return join(process.env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'postroom');
  }
}
