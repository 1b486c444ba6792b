/**
 * AcmeClient: speaks to one certificate authority with one account key.
 *
 * RFC 8555. Flow: certificates → obtainCertificate() → here → HTTPS. Invariants: every request is signed for its address and with a
 * fresh nonce; a refused nonce is tried again with the new one (§6.5); what the authority refuses becomes an AcmeError with its words,
 * and the time for which it asks us to wait.
 */
import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { HttpsReply, SendHttps } from '../https/https-client.ts';
import { publicJwk, signBinding, signJws } from './jws.ts';
import { MAX_KEPT_NONCES, MAX_NONCE_TRIES, MAX_POLL_MS, PATIENCE_MS, POLL_MS } from './limits.ts';
import { AcmeError, errorOf, readJson, retryAfterMs } from './problem.ts';
import {
  authorization,
  directory,
  order,
  type AcmeAuthorization,
  type AcmeDirectory,
  type AcmeOrder,
} from './resources.ts';

export interface AcmeClientOptions {
  readonly directoryUrl: string;
  /** An elliptic curve key (P-256). */
  readonly accountKey: KeyObject;
  /** null: not registered yet. */
  readonly accountUrl: string | null;
  readonly send: SendHttps;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface NewAccount {
  readonly email: string | null;
  readonly binding: { readonly keyId: string; readonly hmacKey: string } | null;
}

/** How long to poll, and what is read there. */
interface Polling<T> {
  readonly schema: z.ZodType<T>;
  readonly isSettled: (value: T) => boolean;
}

export class AcmeClient {
  readonly #options: AcmeClientOptions;
  readonly #nonces: string[] = [];
  #directory: AcmeDirectory | null = null;
  #accountUrl: string | null;

  constructor(options: AcmeClientOptions) {
    this.#options = options;
    this.#accountUrl = options.accountUrl;
  }

  get accountKey(): KeyObject {
    return this.#options.accountKey;
  }

  get accountUrl(): string | null {
    return this.#accountUrl;
  }

  async readDirectory(): Promise<AcmeDirectory> {
    if (this.#directory !== null) return this.#directory;
    const { directoryUrl, send, userAgent, clock } = this.#options;
    const reply = await send({ method: 'GET', url: directoryUrl, headers: { 'user-agent': userAgent } });
    if (reply.status !== 200) throw errorOf(reply, clock.now());
    const read = directory.safeParse(readJson(reply.body));
    if (!read.success) throw new AcmeError(`${directoryUrl} is not the directory of an ACME server`);
    return (this.#directory = read.data);
  }

  /** RFC 8555 §7.3: makes the account, or finds the one that the key has. Answers its address. */
  async register({ email, binding }: NewAccount): Promise<string> {
    const { newAccount, meta } = await this.readDirectory();
    if (meta.externalAccountRequired === true && binding === null) {
      throw new AcmeError('the authority asks for an account with it (external account binding)', {
        type: 'externalAccountRequired',
      });
    }
    const bound = binding && signBinding(binding, this.accountKey, newAccount);
    const reply = await this.#post(newAccount, {
      termsOfServiceAgreed: true,
      ...(email !== null && { contact: [`mailto:${email}`] }),
      ...(bound !== null && { externalAccountBinding: bound }),
    });
    const { location } = reply.headers;
    if (location === undefined) throw new AcmeError('the authority gave no address of the account');
    return (this.#accountUrl = location);
  }

  /** RFC 8555 §7.4 */
  async newOrder(names: readonly string[]): Promise<{ url: string; order: AcmeOrder }> {
    const { newOrder } = await this.readDirectory();
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const reply = await this.#post(newOrder, { identifiers });
    const { location } = reply.headers;
    if (location === undefined) throw new AcmeError('the authority gave no address of the order');
    return { url: location, order: parse(order, reply) };
  }

  async readAuthorization(url: string): Promise<AcmeAuthorization> {
    return parse(authorization, await this.#post(url));
  }

  /** RFC 8555 §7.5.1: says that the challenge may be looked at. */
  async respond(challengeUrl: string): Promise<void> {
    await this.#post(challengeUrl, {});
  }

  settledAuthorization(url: string): Promise<AcmeAuthorization> {
    return this.#poll(url, { schema: authorization, isSettled: ({ status }) => status !== 'pending' });
  }

  /** Until it is in none of these states any more. */
  orderAfter(url: string, states: readonly AcmeOrder['status'][]): Promise<AcmeOrder> {
    return this.#poll(url, { schema: order, isSettled: ({ status }) => !states.includes(status) });
  }

  /** `request`: the certificate request, DER. */
  async finalize({ finalize }: AcmeOrder, request: Uint8Array): Promise<void> {
    await this.#post(finalize, { csr: Buffer.from(request).toString('base64url') });
  }

  /** RFC 8555 §7.4.2: PEM, the server's own certificate first. */
  async download(url: string): Promise<string> {
    const reply = await this.#post(url, undefined, { accept: 'application/pem-certificate-chain' });
    return reply.body.toString('utf8');
  }

  async #poll<T>(url: string, { schema, isSettled }: Polling<T>): Promise<T> {
    const { clock } = this.#options;
    const until = clock.now() + PATIENCE_MS;
    for (;;) {
      const reply = await this.#post(url);
      const value = parse(schema, reply);
      if (isSettled(value)) return value;
      if (clock.now() >= until) throw new AcmeError('the authority has not decided in time');
      const waitMs = Math.min(retryAfterMs(reply, clock.now()) ?? POLL_MS, MAX_POLL_MS);
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
  }

  /** A request without payload only reads (RFC 8555 §6.3). */
  async #post(url: string, payload?: object, headers: Record<string, string> = {}): Promise<HttpsReply> {
    const { send, clock, userAgent } = this.#options;
    for (let tries = 1; ; tries++) {
      const reply = await send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/jose+json', 'user-agent': userAgent, ...headers },
        body: JSON.stringify(signJws(await this.#header(url), payload, this.accountKey)),
      });
      this.#keepNonce(reply);
      if (reply.status < 300) return reply;
      const error = errorOf(reply, clock.now());
      if (error.type !== 'badNonce' || tries >= MAX_NONCE_TRIES) throw error;
    }
  }

  /** RFC 8555 §6.2: the key itself until there is an account, its address from then on. */
  async #header(url: string): Promise<object> {
    const nonce = await this.#takeNonce();
    const { newAccount } = await this.readDirectory();
    if (this.#accountUrl === null || url === newAccount) {
      return { jwk: publicJwk(this.accountKey), nonce, url };
    }
    return { kid: this.#accountUrl, nonce, url };
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonces.pop();
    if (kept !== undefined) return kept;
    const { newNonce } = await this.readDirectory();
    const { send, userAgent, clock } = this.#options;
    const reply = await send({ method: 'HEAD', url: newNonce, headers: { 'user-agent': userAgent } });
    this.#keepNonce(reply);
    const fresh = this.#nonces.pop();
    if (fresh === undefined) throw errorOf(reply, clock.now());
    return fresh;
  }

  #keepNonce({ headers }: HttpsReply): void {
    const nonce = headers['replay-nonce'];
    if (typeof nonce === 'string' && this.#nonces.length < MAX_KEPT_NONCES) this.#nonces.push(nonce);
  }
}

function parse<T>(schema: z.ZodType<T>, reply: HttpsReply): T {
  const read = schema.safeParse(readJson(reply.body));
  if (read.success) return read.data;
  throw new AcmeError('the authority answered something that is not ACME');
}
