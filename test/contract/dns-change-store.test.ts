import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from './mail-stores.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-dns-'));
  storage = await openTestStorage(folder);
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

const CHANGE = {
  domain: 'server1.com',
  change: { add: [], remove: [], basis: [] },
  at: 5,
  by: 'admin',
};

test('the last change of a domain is kept, replaced by a newer one, and forgotten when it is taken back', async () => {
  expect(await storage.dnsChanges.read('server1.com')).toBeNull();
  await storage.dnsChanges.put(CHANGE);
  await storage.dnsChanges.put({ ...CHANGE, at: 6 });
  expect(await storage.dnsChanges.read('server1.com')).toEqual({ ...CHANGE, at: 6 });
  await storage.dnsChanges.remove('server1.com');
  expect(await storage.dnsChanges.read('server1.com')).toBeNull();
});
