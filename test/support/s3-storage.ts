/** Object storage that speaks as much of S3 as we use, in memory: checks that requests are signed as its own key would sign them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashOf, signRequest, type S3Credentials } from '../../src-main/protocol/s3/signature.ts';

export const S3_CREDENTIALS: S3Credentials = {
  accessKeyId: 'office',
  secretAccessKey: 'a secret of the storage',
};

/** Of a list, so that lists have pages. */
const MOST_KEYS = 3;

export class S3Storage {
  readonly objects = new Map<string, Buffer>();
  /** The next answers, instead of what would be answered. */
  readonly failures: { readonly status: number; readonly body: string }[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    const failure = this.failures.shift();
    if (failure !== undefined) return end(response, failure.status, failure.body);
    if (!isSigned(request, body)) return end(response, 403, errorXml('SignatureDoesNotMatch'));
    const url = new URL(request.url ?? '', 'http://storage');
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    if (bucket !== 'office') return end(response, 404, errorXml('NoSuchBucket'));
    this.#serve(rest.join('/'), { request, response, body, query: url.searchParams });
  }

  #serve(
    key: string,
    {
      request,
      response,
      body,
      query,
    }: { request: IncomingMessage; response: ServerResponse; body: Buffer; query: URLSearchParams },
  ): void {
    if (key === '') return end(response, 200, this.#list(query));
    if (request.method === 'PUT') this.objects.set(key, body);
    if (request.method === 'DELETE') this.objects.delete(key);
    if (request.method !== 'GET') return end(response, request.method === 'PUT' ? 200 : 204, '');
    const object = this.objects.get(key);
    if (object === undefined) return end(response, 404, errorXml('NoSuchKey'));
    const [, first, last] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
    if (first === undefined) return end(response, 200, object);
    end(response, 206, object.subarray(Number(first), Number(last) + 1));
  }

  #list(query: URLSearchParams): string {
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort();
    const page = keys.slice(0, MOST_KEYS);
    const isTruncated = keys.length > page.length;
    const contents = page.map(
      (key) =>
        `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key><Size>${this.objects.get(key)?.length}</Size></Contents>`,
    );
    const more = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
  }
}

function isSigned({ method = '', url = '', headers }: IncomingMessage, body: Buffer): boolean {
  const { pathname, searchParams } = new URL(url, 'http://storage');
  const named = /SignedHeaders=([^,]*)/u.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = named.filter((name) => name !== 'x-amz-date' && name !== 'x-amz-content-sha256');
  const time = String(headers['x-amz-date']);
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'));
  const { authorization } = signRequest(
    {
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
      bodyHash: hashOf(body),
    },
    { credentials: S3_CREDENTIALS, region: 'eu-office-1', at },
  );
  return authorization === headers.authorization;
}

function errorXml(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as ${code} says</Message></Error>`;
}

function end(response: ServerResponse, status: number, body: string | Buffer): void {
  response.writeHead(status);
  response.end(body);
}
