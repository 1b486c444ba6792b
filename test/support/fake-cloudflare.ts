/** Cloudflare's API for DNS records as its documentation has it, in memory, for tests; it fails where it is told to. */
import type { HttpsReply, HttpsRequest, SendHttps } from '../../src-main/protocol/https/https-client.ts';

export interface CloudflareRow {
  readonly id?: string;
  readonly type: string;
  readonly name: string;
  readonly content?: string;
  readonly ttl?: number;
  readonly priority?: number;
  readonly proxied?: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
}

const HOST = 'https://api.cloudflare.com/client/v4';
const ZONE_ID = '023e105f4ecef8ad9ca31a8372d0c353';

export class FakeCloudflare {
  rows: CloudflareRow[];
  /** Answers the next batch so, as it does where one of its changes cannot be; nothing of it is done. */
  batchFails = false;
  isBusy = false;
  readonly requests: string[] = [];
  readonly #token: string;
  /** Its name. */
  zone: string;
  #count = 0;

  constructor(options: { zone: string; token: string; rows?: readonly CloudflareRow[] }) {
    this.#token = options.token;
    this.zone = options.zone;
    this.rows = (options.rows ?? []).map((row) => this.#withId(row));
  }

  readonly send: SendHttps = (request) => Promise.resolve(this.#answer(request));

  #answer({ method, url, headers, body }: HttpsRequest): HttpsReply {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace('/client/v4', '');
    this.requests.push(`${method} ${path}`);
    if (!url.startsWith(HOST)) throw new Error(`${url} is not asked`);
    if (this.isBusy)
      return {
        ...failure(429, 971, 'Please wait and consider throttling'),
        headers: { 'retry-after': '30' },
      };
    if (headers?.['authorization'] !== `Bearer ${this.#token}`)
      return failure(403, 9109, 'Invalid access token');
    if (path === '/zones') return success(this.#zonesOf(searchParams.get('name')));
    if (path === `/zones/${ZONE_ID}/dns_records` && method === 'GET') return this.#page(searchParams);
    if (path === `/zones/${ZONE_ID}/dns_records/batch` && method === 'POST') return this.#batch(body ?? '');
    return failure(404, 7003, 'Could not route to the path');
  }

  #zonesOf(name: string | null): readonly object[] {
    return name === this.zone ? [{ id: ZONE_ID, name: this.zone, status: 'active' }] : [];
  }

  #page(parameters: URLSearchParams): HttpsReply {
    const size = Number(parameters.get('per_page') ?? 100);
    const page = Number(parameters.get('page') ?? 1);
    const info = { page, per_page: size, total_pages: Math.max(1, Math.ceil(this.rows.length / size)) };
    return success(this.rows.slice(size * (page - 1), size * page), info);
  }

  #batch(text: string): HttpsReply {
    const { deletes, posts } = JSON.parse(text) as { deletes: { id: string }[]; posts: CloudflareRow[] };
    if (this.batchFails) return failure(400, 81_058, 'An identical record already exists.');
    const gone = new Set(deletes.map(({ id }) => id));
    const kept = this.rows.filter(({ id }) => !gone.has(id ?? ''));
    this.rows = [...kept, ...posts.map((row) => this.#withId(row))];
    return success({ deletes, posts });
  }

  #withId(row: CloudflareRow): CloudflareRow {
    return { ...row, id: row.id ?? `record${String(++this.#count)}` };
  }
}

function success(result: unknown, info: unknown = null): HttpsReply {
  return reply(200, { success: true, errors: [], messages: [], result, result_info: info });
}

function failure(status: number, code: number, message: string): HttpsReply {
  return reply(status, { success: false, errors: [{ code, message }], messages: [], result: null });
}

function reply(status: number, json: unknown): HttpsReply {
  return { status, headers: {}, body: Buffer.from(JSON.stringify(json)) };
}
