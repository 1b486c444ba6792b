/** Loaded into the service before its own code: says every second, in a file, how many octets of the main thread's heap are in use. */
import { writeFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const EVERY_MS = 1_000;
/** What is in use is read after a collection: the least of a minute. */
const KEPT = 60;

const file = process.env['POSTROOM_HEAP_FILE'];
const last: number[] = [];
if (isMainThread && file !== undefined) {
  setInterval(() => {
    last.push(getHeapStatistics().used_heap_size);
    if (last.length > KEPT) last.shift();
    writeFileSync(file, String(Math.min(...last)));
  }, EVERY_MS).unref();
}
