import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTask, parseTask, runTask } from './tasks.ts';

test('each task is read with its defaults', () => {
  expect(parseTask(['export', 'a@b', '/x', '--data', '/d'])).toEqual({
    ok: true,
    value: { name: 'export', data: '/d', account: 'a@b', path: '/x', format: 'mbox' },
  });
  expect(parseTask(['import', 'a@b', '/x', '--data', '/d', '--mbox', 'mboxcl2'])).toEqual({
    ok: true,
    value: { name: 'import', data: '/d', account: 'a@b', path: '/x', format: null, mboxVariant: 'mboxcl2' },
  });
  expect(parseTask(['doctor', '--repair', '--data', '/d'])).toEqual({
    ok: true,
    value: { name: 'doctor', data: '/d', isRepairing: true },
  });
});

test.each([
  [['export', 'a@b'], 'export needs an address and a path'],
  [['import', 'a@b', '/x', 'y'], 'y: not understood'],
  [['export', 'a@b', '/x', '--format', 'pst'], '--format pst: not one of mbox, maildir, eml'],
  [['import', 'a@b', '/x', '--mbox', 'mmdf'], '--mbox mmdf: not one of mboxrd, mboxo, mboxcl, mboxcl2'],
  [['doctor', 'now'], 'now: not understood'],
])('%j is refused with a sentence', (args, error) => {
  expect(parseTask(args)).toEqual({ ok: false, error });
});

test('serve and start are no tasks', () => {
  expect([['serve'], ['start'], [], ['doctor']].map(isTask)).toEqual([false, false, false, true]);
});

test('a folder that holds no Postroom data is refused, and nothing is made in it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'postroom-task-'));
  expect(await runTask({ name: 'doctor', data, isRepairing: true })).toEqual({
    ok: false,
    error: `${data}: there is no Postroom data in this folder`,
  });
  await rm(data, { recursive: true });
});
