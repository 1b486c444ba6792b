/** `npm run serve`: the service shell, built first where that is needed. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded, PROJECT_FOLDER } from './build-if-needed.ts';

await buildIfNeeded();
process.argv.splice(1, 1, join(PROJECT_FOLDER, 'out/main/service.js'));
if (process.argv[2] !== 'serve' && process.argv[2] !== 'start') process.argv.splice(2, 0, 'serve');
await import(pathToFileURL(join(PROJECT_FOLDER, 'out/main/service.js')).href);
