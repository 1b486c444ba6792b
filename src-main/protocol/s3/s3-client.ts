/**
 * S3 client: objects of one bucket of an S3-compatible storage (AWS, MinIO, Ceph, Backblaze, Wasabi, Garage …).
 *
 * Source: Amazon S3 API reference: PutObject, GetObject, DeleteObject, ListObjectsV2. Objects go in one request each, with Content-MD5 not
 * needed: the signature covers the hash of the body. Invariants: an answer is bounded; what is worth another attempt (no answer, 5xx, 429)
 * gets some, each after a longer rest; the client never follows a redirection with its credentials.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseErrorAnswer, parseListAnswer, type ListedObject } from './list-answer.ts';
import { encodeKey, hashOf, queryText, signRequest, type S3Credentials } from './signature.ts';

export interface S3Options {
  /** `https://s3.example.net`, with a port where it is not the usual one. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** The bucket in the path; without it as the first label of the host's name. */
  readonly pathStyle: boolean;
  readonly credentials: S3Credentials;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Waits between attempts. */
  readonly wait: (ms: number) => Promise<void>;
}

export interface S3Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Nobody answered, or refused; `status` 0: no answer. */
export class S3Error extends Error {
  override name = 'S3Error' as const;
  readonly status: number;
  readonly code: string;

  constructor(message: string, { status, code, cause }: { status: number; code: string; cause?: unknown }) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

/** Between two octets, either way. */
const IDLE_TIMEOUT_MS = 60_000;
const MOST_ATTEMPTS = 5;
const FIRST_REST_MS = 500;
/** RFC 4918 §11.5: Insufficient Storage. */
const FULL = 507;
/** An object is 16 MiB at most, a list some hundred KiB. */
const MOST_ANSWER_OCTETS = 64 * 1024 * 1024;

interface Call {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export class S3Client {
  readonly #options: S3Options;
  readonly #endpoint: URL;

  constructor(options: S3Options) {
    this.#options = options;
    this.#endpoint = new URL(options.endpoint);
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#call({ method: 'PUT', key, body });
  }

  /** `range`: first and last octet. */
  async get(key: string, range?: { readonly first: number; readonly last: number }): Promise<Uint8Array> {
    const headers = range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` };
    const { status, body } = await this.#call({ method: 'GET', key, headers });
    // A server that does not know ranges sends the whole.
    return status === 200 && range !== undefined ? body.subarray(range.first, range.last + 1) : body;
  }

  async remove(key: string): Promise<void> {
    await this.#call({ method: 'DELETE', key });
  }

  async list(prefix: string): Promise<readonly ListedObject[]> {
    const objects: ListedObject[] = [];
    let continuation: string | null = null;
    do {
      const more: Record<string, string> =
        continuation === null ? {} : { 'continuation-token': continuation };
      const query = { 'list-type': '2', prefix, ...more };
      const { body } = await this.#call({ method: 'GET', key: '', query });
      const answer = parseListAnswer(body.toString());
      if (answer === null)
        throw new S3Error('the server does not answer as object storage does', { status: 0, code: 'NoList' });
      objects.push(...answer.objects);
      continuation = answer.continuation;
    } while (continuation !== null);
    return objects;
  }

  async #call(call: Call): Promise<S3Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call);
      } catch (error) {
        if (!(error instanceof S3Error) || !isWorthAnother(error) || attempt === MOST_ATTEMPTS) throw error;
        await this.#options.wait(FIRST_REST_MS * 2 ** (attempt - 1));
      }
    }
  }

  async #attempt(call: Call): Promise<S3Answer> {
    const answer = await this.#send(call);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const said = parseErrorAnswer(answer.body.toString());
    const words = said === null ? '' : ` ${said.code}: ${said.message}`;
    const { status } = answer;
    throw new S3Error(`the storage answered ${status}${words}`, { status, code: said?.code ?? '' });
  }

  #send({ method, key, query = {}, headers = {}, body }: Call): Promise<S3Answer> {
    const { host, path } = this.#locate(key);
    const length: Record<string, string> =
      body === undefined ? {} : { 'content-length': String(body.length) };
    const bodyHash = hashOf(body ?? '');
    const toSign = { method, path, query, headers: { ...headers, ...length, host }, bodyHash };
    const { credentials, region, now } = this.#options;
    const signed = signRequest(toSign, { credentials, region, at: now() });
    const text = queryText(query);
    const options: RequestOptions = {
      method,
      hostname: host.replace(/:\d+$/u, ''),
      ...(this.#endpoint.port !== '' && { port: Number(this.#endpoint.port) }),
      path: text === '' ? path : `${path}?${text}`,
      headers: signed,
      timeout: IDLE_TIMEOUT_MS,
    };
    return exchange(this.#endpoint.protocol === 'http:' ? httpRequest : httpsRequest, options, body);
  }

  #locate(key: string): { host: string; path: string } {
    const { bucket, pathStyle } = this.#options;
    const { host, pathname } = this.#endpoint;
    const base = pathname.replace(/\/$/u, '');
    if (pathStyle)
      return { host, path: `${base}/${encodeKey(bucket)}/${encodeKey(key)}`.replace(/\/$/u, '') };
    return { host: `${bucket}.${host}`, path: `${base}/${encodeKey(key)}` };
  }
}

function isWorthAnother({ status }: S3Error): boolean {
  return status === 0 || status === 429 || (status >= 500 && status !== FULL);
}

function exchange(
  request: typeof httpsRequest,
  options: RequestOptions,
  body: Uint8Array | undefined,
): Promise<S3Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new S3Error(error.message, { status: 0, code: '', cause: error }));
    const sent = request(options, (answer) => void readAnswer(answer).then(resolve, fail));
    sent.on('timeout', () => sent.destroy(new Error('the storage does not answer')));
    sent.on('error', fail);
    sent.end(body);
  });
}

async function readAnswer(answer: IncomingMessage): Promise<S3Answer> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > MOST_ANSWER_OCTETS) throw new Error('the answer is too long');
    parts.push(part);
  }
  if (!answer.complete) throw new Error('the answer was cut off');
  return { status: answer.statusCode ?? 0, body: Buffer.concat(parts) };
}
