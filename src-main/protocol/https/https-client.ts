/**
 * HTTPS client for the few documents that a mail server fetches: ACME (RFC 8555 §6.1), MTA-STS policies (RFC 8461 §3.3).
 *
 * Invariants: the server's certificate is checked, whatever it is asked for; redirects are not followed; time and size are bounded.
 */
import { request as startRequest } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { CLIENT_TLS } from '../connection/tls-settings.ts';

export interface HttpsRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpsReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Rejects with an HttpsError whose message is plain words. */
export type SendHttps = (request: HttpsRequest) => Promise<HttpsReply>;

export interface HttpsClientOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxOctets: number;
  /** Authorities to trust besides those that Node brings, in PEM; asked at every request. */
  readonly trusted?: () => readonly string[];
  /** Where a host is to be found; absent: as the system says. */
  readonly locate?: (host: string) => Promise<{ readonly address: string; readonly port?: number } | null>;
}

/** `certificate`: the server could not prove who it is. */
export class HttpsError extends Error {
  override name = 'HttpsError' as const;
  readonly kind: 'certificate' | 'unreachable' | 'tooLarge';

  constructor(kind: HttpsError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function createHttpsClient(options: HttpsClientOptions): SendHttps {
  return async (asked) => {
    const url = new URL(asked.url);
    if (url.protocol !== 'https:')
      throw new HttpsError('unreachable', `${asked.url} is not an https address`);
    const place = (await options.locate?.(url.hostname)) ?? null;
    if (options.locate !== undefined && place === null) {
      throw new HttpsError('unreachable', `the address of ${url.hostname} could not be found`);
    }
    return send(url, asked, { ...options, place });
  };
}

interface SendOptions extends HttpsClientOptions {
  readonly place: { readonly address: string; readonly port?: number } | null;
}

function send(url: URL, asked: HttpsRequest, options: SendOptions): Promise<HttpsReply> {
  const { clock, timeoutMs, trusted, place } = options;
  const roots = trusted?.() ?? [];
  return new Promise((resolve, reject) => {
    const request = startRequest({
      ...CLIENT_TLS,
      method: asked.method,
      host: url.hostname,
      port: place?.port ?? (url.port === '' ? 443 : Number(url.port)),
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...asked.headers },
      agent: false,
      ...(roots.length > 0 && { ca: [...roots] }),
      ...(place !== null && { lookup: alwaysAt(place.address) }),
    });
    const fail = (error: Error): void => {
      cancel();
      request.destroy();
      reject(error);
    };
    const cancel = clock.after(timeoutMs, () =>
      fail(new HttpsError('unreachable', `${url.host} did not answer in time`)),
    );
    request.on('error', (error) => fail(inWords(error, url.host)));
    request.on('response', (response) => {
      readBody(response, options.maxOctets).then((body) => {
        cancel();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, fail);
    });
    request.end(asked.body);
  });
}

async function readBody(response: IncomingMessage, maxOctets: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxOctets) throw new HttpsError('tooLarge', `the answer is longer than ${maxOctets} octets`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function alwaysAt(address: string): LookupFunction {
  const family = address.includes(':') ? 6 : 4;
  return (_name, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

const CERTIFICATE_CODES = /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME|ERR_TLS/u;

function inWords(error: NodeJS.ErrnoException, host: string): HttpsError {
  if (error instanceof HttpsError) return error;
  const isCertificate = CERTIFICATE_CODES.test(error.code ?? '');
  return new HttpsError(isCertificate ? 'certificate' : 'unreachable', `${host}: ${error.message}`);
}
