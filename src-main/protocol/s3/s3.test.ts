import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3_CREDENTIALS, S3Storage } from '../../../test/support/s3-storage.ts';
import { parseErrorAnswer, parseListAnswer } from './list-answer.ts';
import { S3Client } from './s3-client.ts';
import { hashOf, signRequest } from './signature.ts';

describe('a signature is the one of the examples of the S3 API reference', () => {
  const facts = {
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    region: 'us-east-1',
    at: Date.UTC(2013, 4, 24),
  };
  const host = 'examplebucket.s3.amazonaws.com';

  test.each([
    {
      name: 'GET Object',
      request: {
        method: 'GET',
        path: '/test.txt',
        query: {},
        headers: { host, range: 'bytes=0-9' },
        bodyHash: hashOf(''),
      },
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      name: 'PUT Object',
      request: {
        method: 'PUT',
        path: '/test%24file.text',
        query: {},
        headers: { host, date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        bodyHash: hashOf('Welcome to Amazon S3.'),
      },
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      name: 'Get Bucket (List Objects)',
      request: {
        method: 'GET',
        path: '/',
        query: { prefix: 'J', 'max-keys': '2' },
        headers: { host },
        bodyHash: hashOf(''),
      },
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('$name', ({ request, signature }) => {
    expect(signRequest(request, facts)['authorization']).toContain(`Signature=${signature}`);
  });
});

describe('a client', () => {
  let storage: S3Storage;
  let client: S3Client;
  let rests: number[];

  beforeEach(async () => {
    storage = new S3Storage();
    rests = [];
    client = new S3Client({
      ...{ endpoint: await storage.listen(), region: 'eu-office-1', bucket: 'office', pathStyle: true },
      ...{ credentials: S3_CREDENTIALS, now: () => Date.UTC(2026, 10, 21, 12) },
      wait: (ms) => Promise.resolve(void rests.push(ms)),
    });
  });
  afterEach(() => storage.close());

  test('keeps, reads in part, lists page after page, and removes', async () => {
    for (const key of ['a/1', 'a/2', 'a/3 & more', 'a/4', 'b/1'])
      await client.put(key, Buffer.from(`octets of ${key}`));
    expect(Buffer.from(await client.get('a/3 & more')).toString()).toBe('octets of a/3 & more');
    expect(Buffer.from(await client.get('a/2', { first: 7, last: 8 })).toString()).toBe('of');
    expect((await client.list('a/')).map(({ key }) => key)).toEqual(['a/1', 'a/2', 'a/3 & more', 'a/4']);
    await client.remove('a/1');
    await expect(client.get('a/1')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  test('asks again, later each time, where the storage is busy', async () => {
    const busy = { status: 503, body: '<Error><Code>SlowDown</Code></Error>' };
    storage.failures.push(busy, busy, { status: 429, body: '' });
    await client.put('a', Buffer.from('x'));
    expect(rests).toEqual([500, 1000, 2000]);
    expect(storage.objects.has('a')).toBe(true);
  });

  test('gives up in the end, and at once where it is refused', async () => {
    storage.failures.push(...Array.from({ length: 5 }, () => ({ status: 500, body: 'down' })));
    await expect(client.get('a')).rejects.toMatchObject({ status: 500 });
    storage.failures.push({
      status: 403,
      body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>',
    });
    await expect(client.get('a')).rejects.toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(rests).toHaveLength(4);
  });
});

test('whatever a storage answers is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseListAnswer(`<ListBucketResult><Contents>${text}</Contents></ListBucketResult>`);
      parseErrorAnswer(`<Code>${text}</Code>`);
    }),
  );
  expect(parseListAnswer('<html>sign in</html>')).toBeNull();
  const list =
    '<ListBucketResult><Contents><Key>&#x4e2d;&#65;&amp;</Key><Size>7</Size></Contents></ListBucketResult>';
  expect(parseListAnswer(list)).toEqual({ objects: [{ key: '中A&', octets: 7 }], continuation: null });
});
