/** `npm run serve`: the service shell, built first where that is needed. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded, PROJECT_FOLDER } from './build-if-needed.ts';

/** Shorter than a service manager's or a script's next try. */
const PARENT_POLL_MS = 100;

await buildIfNeeded();
endWithNpm();
process.argv.splice(1, 1, join(PROJECT_FOLDER, 'out/main/service.js'));
if (process.argv[2] !== 'serve' && process.argv[2] !== 'start') process.argv.splice(2, 0, 'serve');
await import(pathToFileURL(join(PROJECT_FOLDER, 'out/main/service.js')).href);

/**
 * npm cannot pass on that it was killed, and its shell does not pass on a SIGTERM: without this nobody would stop the server
 * any more. A killed `npm run serve` takes the server along at once, `npm start` lets it finish what is running.
 */
function endWithNpm(): void {
  const script = process.env['npm_lifecycle_event'];
  if (script === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, script === 'serve' ? 'SIGKILL' : 'SIGTERM');
  }, PARENT_POLL_MS).unref();
}
