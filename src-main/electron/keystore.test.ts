import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyFile } from '../storage/sealing/key-place.ts';
import { plainProtection } from '../storage/sealing/key-protections.ts';
import { freeKey, openKeystore, type SafeStorage } from './keystore.ts';

const KEY = Buffer.alloc(32, 7);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-keystore-'));
});
afterEach(() => rm(folder, { recursive: true }));

function fakeStorage(backend = 'gnome_libsecret'): SafeStorage {
  const turn = (octets: Buffer) => Buffer.from(octets.map((octet) => octet ^ 0x5a));
  return {
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => Buffer.concat([Buffer.from('v11'), turn(Buffer.from(text))]),
    decryptString: (octets) => {
      if (octets.subarray(0, 3).toString() !== 'v11') throw new Error('not ours');
      return turn(octets.subarray(3)).toString();
    },
  };
}

test('the key is kept as the keystore gives it back', async () => {
  const place = openKeystore(folder, fakeStorage());
  expect(place.kind).toBe('keystore');
  expect(await place.read()).toBeNull();
  await place.write([KEY]);
  expect(await place.read()).toEqual([KEY]);
  expect((await readFile(place.path)).includes(KEY.toString('base64'))).toBe(false);
});

test('a plain key of the service is taken over', async () => {
  await new KeyFile(join(folder, 'postroom.key'), plainProtection).write([KEY]);
  const place = openKeystore(folder, fakeStorage());
  expect(await place.read()).toEqual([KEY]);
  expect((await readFile(place.path)).toString()).toMatch(/^v11/u);
});

test('a key that is freed is a plain file again, for a service', async () => {
  await openKeystore(folder, fakeStorage()).write([KEY]);
  await freeKey(folder, fakeStorage());
  expect(await new KeyFile(join(folder, 'postroom.key'), plainProtection).read()).toEqual([KEY]);
});

test('what another keystore wrote is refused in words', async () => {
  const place = openKeystore(folder, fakeStorage());
  await writeFile(place.path, 'from elsewhere');
  await expect(place.read()).rejects.toThrow(/keystore does not open/u);
});

test.runIf(process.platform === 'linux')('a keystore that is none is not used', () => {
  expect(openKeystore(folder, fakeStorage('basic_text')).kind).toBe('file');
});
