import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { S3_CREDENTIALS, S3Storage } from '../../../test/support/s3-storage.ts';
import { MemoryPlace } from '../../../test/support/memory-place.ts';
import type { Place } from '../port.ts';
import { FolderPlace } from './folder-place.ts';
import { makePlace, openPlace, placeTitle } from './open-place.ts';

let close: () => Promise<void> = () => Promise.resolve();
afterEach(() => close());

async function openFolder(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-place-'));
  close = () => rm(folder, { recursive: true, force: true });
  return new FolderPlace(folder);
}

async function openS3(prefix: string): Promise<Place> {
  const storage = new S3Storage();
  close = () => storage.close();
  const server = {
    endpoint: await storage.listen(),
    region: 'eu-office-1',
    bucket: 'office',
    pathStyle: true,
  };
  return openPlace({ kind: 's3', ...server, prefix, ...S3_CREDENTIALS }, () => Date.UTC(2026, 10, 21));
}

describe.each([
  { name: 'a folder', open: openFolder },
  { name: 'a bucket', open: () => openS3('') },
  { name: 'a part of a bucket', open: () => openS3('/mail/office/') },
  { name: 'memory', open: () => Promise.resolve(new MemoryPlace()) },
])('$name as a place', ({ open }) => {
  test('gives back what it was given, whole or in part', async () => {
    const place = await open();
    const octets = Buffer.from('0123456789');
    await place.put('packs/a', octets);
    await place.put('marker.json', octets);
    expect(Buffer.from(await place.get('packs/a'))).toEqual(octets);
    expect(Buffer.from(await place.get('packs/a', { start: 3, end: 6 })).toString()).toBe('345');
    expect(await place.get('packs/a', { start: 3, end: 3 })).toHaveLength(0);
    expect(Buffer.from(await place.get('packs/a', { start: 8, end: 20 })).toString()).toBe('89');
  });

  test('lists what lies in a folder, with sizes', async () => {
    const place = await open();
    expect(await place.list('packs')).toEqual([]);
    for (const name of ['packs/a', 'packs/b', 'index/c', 'packs/d', 'packs/e', 'marker.json'])
      await place.put(name, Buffer.from(name));
    const listed = [...(await place.list('packs'))].sort((a, b) => a.name.localeCompare(b.name));
    expect(listed).toEqual(['packs/a', 'packs/b', 'packs/d', 'packs/e'].map((name) => ({ name, octets: 7 })));
    expect((await place.list('')).map(({ name }) => name)).toEqual(['marker.json']);
  });

  test('writes over what has the same name, as one', async () => {
    const place = await open();
    await place.put('locks/a', Buffer.from('first'));
    await place.put('locks/a', Buffer.from('second'));
    expect(Buffer.from(await place.get('locks/a')).toString()).toBe('second');
  });

  test('says that something is not there, and is content to remove it', async () => {
    const place = await open();
    await expect(place.get('packs/none')).rejects.toMatchObject({ trouble: 'missing' });
    await place.remove('packs/none');
    await place.put('packs/a', Buffer.from('x'));
    await place.remove('packs/a');
    await expect(place.get('packs/a')).rejects.toMatchObject({ trouble: 'missing' });
  });

  test('keeps an empty object', async () => {
    const place = await open();
    await place.put('packs/a', new Uint8Array(0));
    expect(await place.get('packs/a')).toHaveLength(0);
  });
});

describe('a folder', () => {
  test('that is not there is not made by a backup: its disk may not be plugged in', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-place-'));
    const place = new FolderPlace(folder);
    await place.put('packs/a', Buffer.from('x'));
    await rename(folder, `${folder}-unplugged`);
    close = () => rm(`${folder}-unplugged`, { recursive: true });
    await expect(place.put('packs/b', Buffer.from('x'))).rejects.toMatchObject({ trouble: 'gone' });
    await expect(place.get('packs/a')).rejects.toMatchObject({ trouble: 'gone' });
    await expect(place.list('packs')).rejects.toMatchObject({ trouble: 'gone' });
    expect(await place.freeOctets()).toBeNull();
    await rename(`${folder}-unplugged`, folder);
    close = () => rm(folder, { recursive: true });
    expect(Buffer.from(await place.get('packs/a')).toString()).toBe('x');
  });

  test('is made where somebody asks for a new place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-place-'));
    close = () => rm(folder, { recursive: true });
    const place = await makePlace({ kind: 'folder', path: join(folder, 'a', 'b') }, Date.now);
    await place.put('marker.json', Buffer.from('x'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['marker.json']);
  });

  test.runIf(process.platform === 'linux')('that cannot be made is refused', async () => {
    close = () => Promise.resolve();
    const place = makePlace({ kind: 'folder', path: '/proc/none/at/all' }, Date.now);
    await expect(place).rejects.toBeInstanceOf(Error);
  });

  test('does not list what was cut off while it was written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-place-'));
    close = () => rm(folder, { recursive: true });
    const place = new FolderPlace(folder);
    await place.put('packs/a', Buffer.from('x'));
    await writeFile(join(folder, 'packs', 'b.unfinished'), 'half');
    expect((await place.list('packs')).map(({ name }) => name)).toEqual(['packs/a']);
  });

  // A device that is always full.
  test.runIf(process.platform === 'linux')(
    'that is full says so, and keeps no half of anything',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'postroom-place-'));
      close = () => rm(folder, { recursive: true });
      const place = new FolderPlace(folder);
      await place.put('packs/a', Buffer.from('x'));
      const { symlink } = await import('node:fs/promises');
      await symlink('/dev/full', join(folder, 'packs', 'b.unfinished'));
      await expect(place.put('packs/b', Buffer.from('x'))).rejects.toMatchObject({ trouble: 'full' });
      expect(await readdir(join(folder, 'packs'))).toEqual(['a']);
    },
  );
});

describe('a bucket', () => {
  test.each([
    [403, 'AccessDenied', 'refused'],
    [404, 'NoSuchBucket', 'gone'],
    [403, 'QuotaExceeded', 'full'],
    [507, 'InsufficientStorage', 'full'],
    [400, 'InvalidArgument', 'other'],
  ])('that answers %i %s is told as %s', async (status, code, trouble) => {
    const storage = new S3Storage();
    close = () => storage.close();
    const server = {
      endpoint: await storage.listen(),
      region: 'eu-office-1',
      bucket: 'office',
      pathStyle: true,
    };
    const place = openPlace({ kind: 's3', ...server, prefix: '', ...S3_CREDENTIALS }, () => 0);
    storage.failures.push(
      ...Array.from({ length: 5 }, () => ({ status, body: `<Error><Code>${code}</Code></Error>` })),
    );
    await expect(place.put('packs/a', Buffer.from('x'))).rejects.toMatchObject({ trouble });
  });

  test('is called by its address', () => {
    const server = {
      endpoint: 'https://s3.example.net/',
      region: '',
      bucket: 'office',
      pathStyle: true,
      prefix: 'mail',
    };
    expect(placeTitle({ kind: 's3', ...server, ...S3_CREDENTIALS })).toBe(
      'https://s3.example.net/office/mail',
    );
  });
});
