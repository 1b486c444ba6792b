/** What every SigningKeyStore must do; run against each implementation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySigningKeyStore } from '../../src-main/mail/signing/memory-signing-key-store.ts';
import type { NewSigningKey, SigningKeyStore } from '../../src-main/mail/signing/port.ts';
import { openTestStorage } from './mail-stores.ts';

const KEY: NewSigningKey = {
  domain: 'server1.com',
  selector: 'r1',
  algorithm: 'rsa-sha256',
  publicKey: 'MIIB',
  privateKey: '-----BEGIN PRIVATE KEY-----',
  state: 'announced',
  createdAt: 5,
  changedAt: 5,
};

async function openSqlite(): Promise<{ store: SigningKeyStore; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-keys-'));
  const storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'server1.com', createdAt: 1 });
  const close = async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  };
  return { store: storage.signingKeys, close };
}

const openMemory = () =>
  Promise.resolve({ store: new MemorySigningKeyStore(), close: () => Promise.resolve() });

describe.each([
  { name: 'memory', open: openMemory },
  { name: 'SQLite', open: openSqlite },
])('a signing key store in $name', ({ open }) => {
  it('gives keys back without their private half, which is asked for by itself', async () => {
    const { store, close } = await open();
    await store.add([KEY, { ...KEY, selector: 'e1', algorithm: 'ed25519-sha256' }]);
    const { privateKey, ...facts } = KEY;
    const [first, second] = await store.list();
    expect(first).toEqual({ ...facts, id: first?.id });
    expect(second).toMatchObject({ selector: 'e1', algorithm: 'ed25519-sha256' });
    expect(await store.privateKeyOf(first?.id ?? 0)).toBe(privateKey);
    expect(await store.privateKeyOf(999)).toBeNull();
    await close();
  });

  it('erases the private half of a key that retires', async () => {
    const { store, close } = await open();
    await store.add([KEY]);
    const id = (await store.list())[0]?.id ?? 0;
    await store.change([{ id, state: 'active', at: 7 }]);
    expect(await store.privateKeyOf(id)).toBe(KEY.privateKey);
    await store.change([{ id, state: 'retiring', at: 9 }]);
    expect(await store.list()).toMatchObject([{ id, state: 'retiring', createdAt: 5, changedAt: 9 }]);
    expect(await store.privateKeyOf(id)).toBeNull();
    await store.remove(id);
    expect(await store.list()).toEqual([]);
    await close();
  });
});
