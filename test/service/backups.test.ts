/** Backups from the command line: what is refused, and what is left where they are killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLoadClient } from '../bench/load-client.ts';
import { makeWorkFolder, runService, SERVICE_FILE, startOffice } from '../support/service-process.ts';

const KILLS = 8;
const MESSAGES = 2_000;

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let place: string;
let key: string;

beforeEach(async () => {
  folder = await makeWorkFolder();
  place = folder.path('place');
  key = folder.path('key.txt');
  const service = await startOffice(folder);
  const tom = { user: 'tom@server1.com', password: 'tom-password' };
  const load = { sessions: 10, messages: MESSAGES, size: 8192, from: tom.user, to: 'anna@server1.com' };
  await runLoadClient({ ...load, ...tom, port: service.port('submission') });
  await service.end();
});

afterEach(() => folder.remove());

const data = () => ['--data', folder.data];

/** Runs it and kills it after so many milliseconds; answers whether it was still running. */
async function killAfter(ms: number, args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [SERVICE_FILE, ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = new AbortController();
  const isRunning = await Promise.race([
    wait(ms, true, { signal: stop.signal }).catch(() => false),
    ended.then(() => false),
  ]);
  stop.abort();
  child.kill('SIGKILL');
  await ended;
  return isRunning;
}

test('a backup that is killed at any moment leaves a place that the next one goes on with', async () => {
  const began = performance.now();
  expect((await runService(['backup', 'now', place, ...data()])).code).toBe(0);
  const tookMs = performance.now() - began;
  let kills = 0;
  for (let number = 0; number < KILLS; number++) {
    // So that each has everything to store.
    if (number % 2 === 0) await rm(place, { recursive: true, force: true });
    if (await killAfter((tookMs * (number + 1)) / (KILLS + 1), ['backup', 'now', place, ...data()])) kills++;
  }
  expect(kills).toBeGreaterThan(KILLS / 2);
  const again = await runService(['backup', 'now', place, ...data()]);
  expect([again.code, again.output]).toEqual([0, expect.stringContaining(`${MESSAGES} messages`)]);
  const verified = await runService(['backup', 'verify', ...data()]);
  expect([verified.code, verified.output]).toEqual([0, expect.stringContaining('everything is in order')]);
  expect(await readdir(join(place, 'locks'))).toEqual([]);
});

test('a restore that is killed at any moment leaves the old data or the new, never half of each', async () => {
  await runService(['backup', 'now', place, ...data()]);
  await runService(['backup', 'key', '--out', key, ...data()]);
  const restore = ['restore', place, '--recovery-key-file', key, '--replace', ...data()];
  const began = performance.now();
  expect((await runService(restore)).code).toBe(0);
  const tookMs = performance.now() - began;
  for (let number = 0; number < KILLS; number++) {
    await killAfter((tookMs * (number + 1)) / (KILLS + 1), restore);
    const service = await startOffice(folder);
    await service.end();
    expect((await runService(['doctor', ...data()])).output).toContain('everything is in order');
  }
});

test('what cannot be done is refused in one line, with nothing changed', async () => {
  expect((await runService(['backup', 'list', ...data()])).log).toContain(
    'nobody has said yet where backups go',
  );
  await runService(['backup', 'now', place, ...data()]);
  await runService(['backup', 'key', '--out', key, ...data()]);
  expect((await runService(['backup', 'key', '--out', key, ...data()])).code).toBe(2);
  const restore = ['restore', place, '--recovery-key-file', key];
  const notEmpty = await runService([...restore, ...data()]);
  expect([notEmpty.code, notEmpty.log]).toEqual([2, expect.stringContaining('--replace')]);
  const service = await startOffice(folder);
  const running = await runService([...restore, '--replace', ...data()]);
  expect([running.code, running.log]).toEqual([2, expect.stringContaining('in use by another Postroom')]);
  await service.end();
  const other = folder.path('other.txt');
  await writeFile(other, (await readFile(key, 'utf8')).replace(/^../u, 'ZZ'));
  const mistyped = await runService([
    'restore',
    place,
    '--recovery-key-file',
    other,
    '--data',
    folder.path('new'),
  ]);
  expect([mistyped.code, mistyped.log]).toEqual([2, expect.stringContaining('mistyped')]);
  const unknown = await runService([...restore, '--backup', 'ffff', '--data', folder.path('new')]);
  expect([unknown.code, unknown.log]).toEqual([2, expect.stringContaining('there is no backup ffff')]);
  const nowhere = await runService([
    'restore',
    folder.path('nowhere'),
    ...restore.slice(2),
    '--data',
    folder.path('new'),
  ]);
  expect(nowhere.code).toBe(2);
  expect((await runService(['backup', 'sometimes'])).log).toContain('not one of now, list, verify, key');
});
