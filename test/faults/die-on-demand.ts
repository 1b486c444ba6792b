/** Loaded into a service before its own code: the thread that writes ends when a file appears. */
import { existsSync, rmSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

const EVERY_MS = 50;
const file = process.env['POSTROOM_DIE_FILE'];

if (!isMainThread && file !== undefined && (workerData as { mode?: string } | null)?.mode === 'write') {
  setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    process.exit(9);
  }, EVERY_MS).unref();
}
