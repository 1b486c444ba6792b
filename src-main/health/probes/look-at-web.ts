/**
 * Fetches a page as others do: by the name servers of the settings, the certificate checked, redirects told and not followed.
 *
 * Invariants: never rejects; time and size are bounded.
 */
import { request as startRequest, type IncomingMessage } from 'node:http';
import { request as startSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { CLIENT_TLS } from '../../protocol/connection/tls-settings.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import { MAX_WEB_OCTETS, WEB_TIMEOUT_MS } from '../limits.ts';
import { familyOf } from '../own-addresses.ts';
import type { WebLook, WebRequest } from '../tools.ts';

export interface WebLookOptions {
  readonly resolver: Pick<DnsResolver, 'a' | 'aaaa'>;
  readonly clock: Clock;
  /** Authorities to believe, PEM; absent: those that Node brings. */
  readonly trusted?: readonly string[];
}

export async function lookAtWeb(request: WebRequest, options: WebLookOptions): Promise<WebLook> {
  try {
    const url = new URL(request.url);
    const address = await locate(url.hostname, request, options);
    if (address === null) return failed(`the address of ${url.hostname} could not be found`);
    return await send(url, address, { ...request, ...options });
  } catch (error) {
    return failedBy(error);
  }
}

async function locate(
  host: string,
  { family }: WebRequest,
  { resolver }: WebLookOptions,
): Promise<string | null> {
  const bare = host.replace(/^\[(.*)\]$/u, '$1');
  if (/^[\d.]+$/u.test(bare) || bare.includes(':'))
    return family === undefined || familyOf(bare) === family ? bare : null;
  const answers = await Promise.all([resolver.a(bare), resolver.aaaa(bare)]);
  const found = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return found.find((address) => family === undefined || familyOf(address) === family) ?? null;
}

function send(url: URL, address: string, options: WebRequest & WebLookOptions): Promise<WebLook> {
  const { clock, method, headers, body, trusted } = options;
  const isSecure = url.protocol === 'https:';
  const open = isSecure ? startSecure : startRequest;
  return new Promise((resolve) => {
    const request = open({
      ...(isSecure && { ...CLIENT_TLS, ...(trusted !== undefined && { ca: [...trusted] }) }),
      ...{ method, host: url.hostname.replace(/^\[(.*)\]$/u, '$1'), agent: false },
      ...(url.port !== '' && { port: Number(url.port) }),
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...headers },
      lookup: alwaysAt(address),
    });
    const finish = (look: WebLook): void => {
      cancel();
      request.destroy();
      resolve(look);
    };
    const cancel = clock.after(WEB_TIMEOUT_MS, () => finish(failed(`${url.host} did not answer in time`)));
    request.on('error', (error) => finish(failedBy(error)));
    request.on(
      'response',
      (response) => void readLook(response).then(finish, (error: unknown) => finish(failedBy(error))),
    );
    request.end(body);
  });
}

async function readLook(response: IncomingMessage): Promise<WebLook> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_WEB_OCTETS) return failed('the answer is too long');
    pieces.push(piece);
  }
  const { statusCode = 0, headers } = response;
  return {
    kind: 'answered',
    status: statusCode,
    type: headers['content-type'] ?? '',
    body: Buffer.concat(pieces).toString('utf8'),
    ...(headers.date !== undefined && { date: headers.date }),
    ...(statusCode >= 300 &&
      statusCode < 400 &&
      headers.location !== undefined && { location: headers.location }),
  };
}

function alwaysAt(address: string): LookupFunction {
  const family = familyOf(address);
  return (_name, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

const CERTIFICATE_CODES = /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME|ERR_TLS/u;

function failed(reason: string): WebLook {
  return { kind: 'failed', reason, isCertificate: false };
}

function failedBy(error: unknown): WebLook {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason, isCertificate: CERTIFICATE_CODES.test(code) };
}
