/**
 * `npm start`: the desktop app; where Electron's runtime is absent and cannot be fetched, the service shell with the
 * console at a loopback address.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded, PROJECT_FOLDER } from './build-if-needed.ts';
import { run } from './run-step.ts';

/** A closed network answers "no" at once or never; a slow one brings the runtime in this time. */
const FETCH_TIMEOUT_SECONDS = 120;

await buildIfNeeded();
const runtime = await findElectron();
if (runtime.kind === 'found') startDesktop(runtime.path);
else {
  console.error(`postroom: ${runtime.reason}; starting as a service, with the console in the browser`);
  process.argv.splice(2, 0, 'start');
  await import('./serve.ts');
}

type Runtime = { kind: 'found'; path: string } | { kind: 'absent'; reason: string };

async function findElectron(): Promise<Runtime> {
  const isHeadless =
    process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'];
  if (isHeadless) return { kind: 'absent', reason: 'there is no display for the desktop app' };
  const path = electronPath();
  if (existsSync(path)) return { kind: 'found', path };
  console.error('postroom: fetching the desktop runtime (once)…');
  const code = await fetchRuntime();
  if (code === 0 && existsSync(path)) return { kind: 'found', path };
  return {
    kind: 'absent',
    reason: 'the desktop runtime (Electron) is not installed and could not be fetched',
  };
}

function fetchRuntime(): Promise<number> {
  const install = join(PROJECT_FOLDER, 'node_modules/electron/install.js');
  const fetching = run(process.execPath, [install], { output: 'standardError' }).catch(() => 1);
  const timeout = new Promise<number>((resolve) => {
    setTimeout(() => resolve(1), FETCH_TIMEOUT_SECONDS * 1000).unref();
  });
  return Promise.race([fetching, timeout]);
}

function electronPath(): string {
  const folder = join(PROJECT_FOLDER, 'node_modules/electron/dist');
  switch (process.platform) {
    case 'win32':
      return join(folder, 'electron.exe');
    case 'darwin':
      return join(folder, 'Electron.app/Contents/MacOS/Electron');
    default:
      return join(folder, 'electron');
  }
}

function startDesktop(path: string): void {
  const app = spawn(path, [PROJECT_FOLDER, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.kill(signal));
  app.on('exit', (code) => process.exit(code ?? 1));
}
