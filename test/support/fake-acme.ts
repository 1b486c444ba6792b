/**
 * An ACME server (RFC 8555) for tests that behaves as pebble does: nonces are used once and sometimes refused without reason,
 * signatures are checked, orders take their time, and challenges are looked at where they would be: at the listeners.
 */
import 'reflect-metadata';
import { createHash, createHmac, createPublicKey, randomBytes, verify, type JsonWebKey } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  type JsonGeneralName,
} from '@peculiar/x509';
import { lookAtChallenge, type Whereabouts } from './look-at-challenge.ts';
import { makeAuthority, type TestAuthority } from './test-authority.ts';

export interface FakeAcmeOptions extends Whereabouts {
  /** Every so many requests the nonce is refused; 0: never. */
  readonly refusesNonceEvery?: number;
  /** Key id → HMAC key, base64url: only who has one of these may have an account. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Of issued certificates. */
  readonly days?: number;
  /** How often an order is `processing` before it is valid. */
  readonly slowness?: number;
}

interface Authorization {
  readonly name: string;
  readonly token: string;
  status: 'pending' | 'valid' | 'invalid';
  error?: { type: string; detail: string };
}

interface Order {
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  readonly names: readonly string[];
  readonly authorizations: readonly string[];
  waits: number;
  chain?: string;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface SignedRequest {
  readonly url: string;
  readonly payload: unknown;
  readonly accountUrl: string;
  readonly jwk: JsonWebKey;
}

class Refusal extends Error {
  readonly type: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: string,
    detail: string,
    more: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.type = type;
    this.status = more.status ?? 400;
    this.headers = more.headers ?? {};
  }
}

export class FakeAcme {
  readonly authority: TestAuthority;
  /** `method path type-of-refusal`, in order. */
  readonly log: string[] = [];
  /** Set to refuse new orders with 429 until it is null again. */
  limitedForSeconds: number | null = null;
  readonly #options: FakeAcmeOptions;
  readonly #server: Server;
  readonly #nonces = new Set<string>();
  readonly #accounts = new Map<string, JsonWebKey>();
  readonly #authorizations = new Map<string, Authorization>();
  readonly #orders = new Map<string, Order>();
  #requests = 0;
  #ids = 0;

  private constructor(options: FakeAcmeOptions, authority: TestAuthority, server: Server) {
    this.#options = options;
    this.authority = authority;
    this.#server = server;
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response),
    );
  }

  static async start(options: FakeAcmeOptions): Promise<FakeAcme> {
    const authority = await makeAuthority(Date.now());
    const { certificate, key } = await authority.issue(['localhost']);
    const server = createServer({ cert: certificate, key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeAcme(options, authority, server);
  }

  get directoryUrl(): string {
    return `${this.#base}/directory`;
  }

  /** Forgets every account, as a server that was set up anew. */
  forgetAccounts(): void {
    this.#accounts.clear();
  }

  get accounts(): number {
    return this.#accounts.size;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  get #base(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const answer = await this.#answer(request, path).catch((error: unknown): Answer => {
      if (!(error instanceof Refusal)) throw error;
      this.log.push(`${path} ${error.type}`);
      const body = { type: `urn:ietf:params:acme:error:${error.type}`, detail: error.message };
      return { status: error.status, body, headers: error.headers };
    });
    response.setHeader('replay-nonce', this.#makeNonce());
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    response.statusCode = answer.status;
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    if (path === '/directory') return { status: 200, body: this.#directory() };
    if (path === '/nonce') return { status: 200 };
    const signed = this.#readSigned(await readJson(request), path);
    const [, kind = '', id = ''] = path.split('/');
    switch (kind) {
      case 'new-account':
        return this.#newAccount(signed);
      case 'new-order':
        return this.#newOrder(signed);
      case 'authorization':
        return { status: 200, body: this.#showAuthorization(id) };
      case 'challenge':
        return this.#startChallenge(id, path.split('/')[3] ?? '', signed);
      case 'order':
        return this.#showOrder(id);
      case 'finalize':
        return this.#finalize(id, signed.payload);
      case 'certificate':
        return { status: 200, body: this.#orders.get(id)?.chain ?? '' };
      default:
        throw new Refusal('malformed', 'there is nothing here', { status: 404 });
    }
  }

  #directory(): object {
    const at = (path: string) => `${this.#base}/${path}`;
    const meta = { externalAccountRequired: this.#options.bindings !== undefined };
    return { newNonce: at('nonce'), newAccount: at('new-account'), newOrder: at('new-order'), meta };
  }

  #makeNonce(): string {
    const nonce = randomBytes(12).toString('base64url');
    this.#nonces.add(nonce);
    return nonce;
  }

  /** RFC 8555 §6.2 to §6.5: every check that a request must pass. */
  #readSigned(body: unknown, path: string): SignedRequest {
    const jws = body as { protected: string; payload: string; signature: string };
    const header = decode(jws.protected) as {
      alg: string;
      nonce: string;
      url: string;
      kid?: string;
      jwk?: JsonWebKey;
    };
    const every = this.#options.refusesNonceEvery ?? 0;
    const isUnlucky = every > 0 && ++this.#requests % every === 0;
    if (!this.#nonces.delete(header.nonce) || isUnlucky)
      throw new Refusal('badNonce', 'the nonce was not good');
    if (header.url !== `${this.#base}${path}`)
      throw new Refusal('unauthorized', 'signed for another address');
    const jwk = header.jwk ?? this.#accounts.get(header.kid ?? '');
    if (jwk === undefined) throw new Refusal('accountDoesNotExist', 'there is no such account');
    const octets = Buffer.from(`${jws.protected}.${jws.payload}`);
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    const isSigned =
      header.alg === 'ES256' && verify('sha256', octets, key, Buffer.from(jws.signature, 'base64url'));
    if (!isSigned) throw new Refusal('malformed', 'the signature is wrong');
    const payload = jws.payload === '' ? undefined : decode(jws.payload);
    return { url: header.url, payload, accountUrl: header.kid ?? '', jwk };
  }

  #newAccount({ payload, jwk, url }: SignedRequest): Answer {
    const { externalAccountBinding: binding } = payload as {
      externalAccountBinding?: Record<string, string>;
    };
    if (this.#options.bindings !== undefined) this.#checkBinding(binding ?? {}, url);
    const known = [...this.#accounts].find(([, each]) => each.x === jwk.x)?.[0];
    const location = known ?? `${this.#base}/account/${++this.#ids}`;
    this.#accounts.set(location, jwk);
    return { status: known === undefined ? 201 : 200, body: { status: 'valid' }, headers: { location } };
  }

  #checkBinding(
    { protected: header = '', payload = '', signature = '' }: Record<string, string>,
    url: string,
  ): void {
    const { kid = '', url: signedFor } =
      header === '' ? {} : (decode(header) as { kid?: string; url?: string });
    const hmacKey = this.#options.bindings?.[kid] ?? '';
    const expected = createHmac('sha256', Buffer.from(hmacKey, 'base64url'))
      .update(`${header}.${payload}`)
      .digest('base64url');
    if (hmacKey === '' || signedFor !== url || signature !== expected) {
      throw new Refusal('externalAccountRequired', 'the account is not bound', { status: 403 });
    }
  }

  #newOrder({ payload }: SignedRequest): Answer {
    if (this.limitedForSeconds !== null) {
      const headers = { 'retry-after': String(this.limitedForSeconds) };
      throw new Refusal('rateLimited', 'too many certificates already issued', { status: 429, headers });
    }
    const names = (payload as { identifiers: { value: string }[] }).identifiers.map(({ value }) => value);
    const authorizations = names.map((name) => {
      const id = String(++this.#ids);
      this.#authorizations.set(id, {
        name: name.replace(/^\*\./u, ''),
        token: randomBytes(12).toString('base64url'),
        status: 'pending',
      });
      return id;
    });
    const id = String(++this.#ids);
    this.#orders.set(id, { status: 'pending', names, authorizations, waits: this.#options.slowness ?? 1 });
    return { status: 201, body: this.#describeOrder(id), headers: { location: `${this.#base}/order/${id}` } };
  }

  #showAuthorization(id: string): object {
    const found = this.#authorizations.get(id);
    if (found === undefined) throw new Refusal('malformed', 'no such authorization', { status: 404 });
    const { name, token, status, error } = found;
    const challenges = ['http-01', 'tls-alpn-01', 'dns-01'].map((type) => ({
      type,
      token,
      status,
      url: `${this.#base}/challenge/${id}/${type}`,
      ...(error !== undefined && { error }),
    }));
    return { identifier: { type: 'dns', value: name }, status, challenges };
  }

  /** The answer comes at once, what came of it a moment later. */
  #startChallenge(id: string, type: string, { jwk }: SignedRequest): Answer {
    const found = this.#authorizations.get(id);
    if (found === undefined) throw new Refusal('malformed', 'no such challenge', { status: 404 });
    const { crv, kty, x, y } = jwk;
    const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    const challenge = {
      type,
      name: found.name,
      token: found.token,
      expected: `${found.token}.${thumbprint}`,
    };
    void lookAtChallenge(challenge, this.#options).then((problem) => {
      found.status = problem === null ? 'valid' : 'invalid';
      if (problem !== null)
        found.error = { type: 'urn:ietf:params:acme:error:unauthorized', detail: problem };
      this.#settleOrders();
    });
    return { status: 200, body: { type, status: 'processing', url: '', token: found.token } };
  }

  #settleOrders(): void {
    for (const order of this.#orders.values()) {
      if (order.status !== 'pending') continue;
      const states = order.authorizations.map((id) => this.#authorizations.get(id)?.status);
      if (states.every((state) => state === 'valid')) order.status = 'ready';
      if (states.includes('invalid')) order.status = 'invalid';
    }
  }

  #showOrder(id: string): Answer {
    const order = this.#orders.get(id);
    if (order?.status === 'processing' && --order.waits < 0) order.status = 'valid';
    return { status: 200, body: this.#describeOrder(id), headers: { 'retry-after': '0' } };
  }

  #describeOrder(id: string): object {
    const order = this.#orders.get(id);
    if (order === undefined) throw new Refusal('malformed', 'no such order', { status: 404 });
    const at = (kind: string, what: string) => `${this.#base}/${kind}/${what}`;
    return {
      status: order.status,
      identifiers: order.names.map((value) => ({ type: 'dns', value })),
      authorizations: order.authorizations.map((each) => at('authorization', each)),
      finalize: at('finalize', id),
      ...(order.status === 'valid' && { certificate: at('certificate', id) }),
    };
  }

  async #finalize(id: string, payload: unknown): Promise<Answer> {
    const order = this.#orders.get(id);
    if (order?.status !== 'ready')
      throw new Refusal('orderNotReady', 'the order is not ready', { status: 403 });
    const request = new Pkcs10CertificateRequest(Buffer.from((payload as { csr: string }).csr, 'base64url'));
    const extension = request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
    const alternatives = extension?.names.toJSON() ?? [];
    const names = alternatives.map(({ value }: JsonGeneralName) => String(value));
    if (!(await request.verify()) || names.toSorted().join() !== order.names.toSorted().join()) {
      throw new Refusal('badCSR', 'the request is for other names, or not signed by its key');
    }
    const publicKey = await request.publicKey.export();
    const issued = await this.authority.issue(order.names, { days: this.#options.days ?? 90, publicKey });
    order.chain = issued.certificate;
    order.status = 'processing';
    return { status: 200, body: this.#describeOrder(id) };
  }
}

function decode(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}
