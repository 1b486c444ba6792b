/**
 * Object storage that others wrote (s3rver): backups to it and back. It does not look closely at signatures of
 * version 4; those are held to the examples of the reference (src-main/protocol/s3/s3.test.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlace, type S3PlaceSetting } from '../../../src-main/backup/places/open-place.ts';
import { findFreePort } from '../../support/free-port.ts';
import { makeWorkFolder, runService, startOffice } from '../../support/service-process.ts';

const PROGRAM = join(import.meta.dirname, '../../../node_modules/.bin/s3rver');
/** What s3rver is started with, and knows. */
const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

let server: ChildProcess;
let storage: string;
let place: S3PlaceSetting;

describe('a bucket of s3rver', () => {
  beforeAll(async () => {
    storage = await mkdtemp(join(tmpdir(), 'postroom-s3rver-'));
    const port = await findFreePort();
    const where = ['--directory', storage, '--address', '127.0.0.1', '--port', String(port)];
    server = spawn(PROGRAM, [...where, '--configure-bucket', 'office'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => server.stdout?.once('data', resolve));
    const endpoint = `http://127.0.0.1:${port}`;
    place = {
      kind: 's3',
      endpoint,
      region: 'us-east-1',
      bucket: 'office',
      prefix: 'mail',
      pathStyle: true,
      ...KEYS,
    };
  });

  afterAll(async () => {
    server?.kill();
    await rm(storage, { recursive: true, force: true });
  });

  test('keeps, lists, gives parts of and removes objects', async () => {
    const bucket = openPlace(place, Date.now);
    for (const name of ['packs/a', 'packs/b', 'marker.json'])
      await bucket.put(name, Buffer.from(`${name} 0123456789`));
    expect((await bucket.list('packs')).map(({ name, octets }) => [name, octets])).toEqual([
      ['packs/a', 18],
      ['packs/b', 18],
    ]);
    expect((await bucket.list('')).map(({ name }) => name)).toEqual(['marker.json']);
    expect(Buffer.from(await bucket.get('packs/b', { start: 8, end: 12 })).toString()).toBe('0123');
    for (const name of ['packs/a', 'packs/b', 'packs/c', 'marker.json']) await bucket.remove(name);
    await expect(bucket.get('packs/a')).rejects.toMatchObject({ trouble: 'missing' });
  });

  test('has a whole data folder on a bare machine again', async () => {
    const folder = await makeWorkFolder();
    const service = await startOffice(folder);
    await service.end();
    const keys = folder.path('s3.txt');
    await writeFile(keys, `${KEYS.accessKeyId}\n${KEYS.secretAccessKey}\n`);
    const where = `${place.endpoint}/office/whole`;
    const backedUp = await runService(['backup', 'now', where, '--s3-key-file', keys, '--data', folder.data]);
    expect([backedUp.code, backedUp.output]).toEqual([0, expect.stringContaining('2 accounts')]);
    const again = await runService(['backup', 'now', '--data', folder.data]);
    expect(again.code).toBe(0);
    const key = folder.path('key.txt');
    expect((await runService(['backup', 'key', '--out', key, '--data', folder.data])).code).toBe(0);
    expect((await runService(['backup', 'verify', '--data', folder.data])).output).toContain(
      'everything is in order',
    );
    await rm(folder.data, { recursive: true });
    const credentials = ['--recovery-key-file', key, '--s3-key-file', keys];
    const restored = await runService(['restore', where, ...credentials, '--data', folder.data]);
    expect([restored.code, restored.output]).toEqual([0, expect.stringContaining('2 accounts')]);
    expect((await runService(['doctor', '--data', folder.data])).output).toContain('everything is in order');
    await folder.remove();
  });
});
