import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addTestAccount, openTestStorage } from '../../test/contract/mail-stores.ts';
import { ManualClock } from '../base/clock.ts';
import { exportOffline } from './offline-tasks.ts';
import { createPooledRandom } from './pooled-random.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-offline-'));
});

afterEach(() => rm(folder, { recursive: true }));

it('what the command line did is in the audit log', async () => {
  const dataFolder = join(folder, 'data');
  const before = await openTestStorage(dataFolder);
  await before.directory.addDomain({ name: 'example.com', createdAt: 0 });
  await addTestAccount(before, 'tom');
  await before.close();
  const exported = await exportOffline({
    ...{ dataFolder, account: 'tom@example.com', path: join(folder, 'out'), format: 'mbox' },
    ...{ clock: new ManualClock(), randomBytes: createPooledRandom(), signal: new AbortController().signal },
    ...{ onProgress: () => undefined, onError: () => undefined },
  });
  expect(exported.ok).toBe(true);
  const after = await openTestStorage(dataFolder);
  expect(await after.audit.list({ limit: 5 })).toMatchObject([
    { call: 'commandLine.export', input: '{"account":"tom@example.com"}', means: { kind: 'commandLine' } },
  ]);
  await after.close();
});
