/**
 * SASL OAUTHBEARER (RFC 7628) and XOAUTH2, which came before it and is what Thunderbird and Outlook speak: a token of an issuer
 * in place of a password.
 *
 * Invariants: a refusal is a challenge that says where a token can be had; whatever the client answers, the exchange is over.
 */
import { ClientFirstExchange, conclude, decodeText, failure } from './exchange.ts';
import type { BearerToken, SaslBackend, SaslMechanism, SaslStep } from './exchange.ts';

export const OAUTHBEARER = createBearer('OAUTHBEARER', parseOauthBearer);
export const XOAUTH2 = createBearer('XOAUTH2', parseXoauth2);

type Parse = (text: string) => BearerToken | 'malformed' | 'otherIdentity';

function createBearer(name: string, parse: Parse): SaslMechanism {
  return {
    name,
    isOffered: (backend) => backend.signInWithToken !== undefined,
    begin: (backend) => new BearerExchange(parse, backend),
  };
}

class BearerExchange<Account> extends ClientFirstExchange<Account> {
  readonly #parse: Parse;
  readonly #backend: SaslBackend<Account>;
  /** Set once the client was told why it is not let in. */
  #outcome: SaslStep<Account> | undefined;

  constructor(parse: Parse, backend: SaslBackend<Account>) {
    super();
    this.#parse = parse;
    this.#backend = backend;
  }

  async respond(response: Uint8Array): Promise<SaslStep<Account>> {
    if (this.#outcome !== undefined) return this.#outcome;
    const text = decodeText(response);
    const bearer = text === null ? 'malformed' : this.#parse(text);
    if (typeof bearer === 'string') return failure(bearer);
    const { signInWithToken, tokenIssuer } = this.#backend;
    const verdict = (await signInWithToken?.(bearer)) ?? { kind: 'refused' };
    const outcome = conclude(verdict);
    if (verdict.kind !== 'refused') return outcome;
    this.#outcome = outcome;
    return { kind: 'challenge', data: Buffer.from(describeRefusal(tokenIssuer ?? null)) };
  }
}

/** RFC 7628 §3.2.2 */
function describeRefusal(issuer: string | null): string {
  const place = issuer === null ? {} : { 'openid-configuration': configurationOf(issuer) };
  return JSON.stringify({ status: 'invalid_token', ...place });
}

/** OpenID Connect Discovery 1.0 §4: where an issuer says what it is and how its keys are had. */
export function configurationOf(issuer: string): string {
  return `${issuer.replace(/\/$/u, '')}/.well-known/openid-configuration`;
}

const SEPARATOR = '\u0001';
/** RFC 6750 §2.1 */
const BEARER = /^bearer ([A-Za-z0-9._~+/-]+=*)$/iu;

/** RFC 7628 §3.1: client-resp = gs2-header kvsep *kvpair kvsep */
function parseOauthBearer(text: string): ReturnType<Parse> {
  const match = /^[ny],(?:a=([^,]*))?,\u0001(.*)\u0001$/su.exec(text);
  if (match === null) return 'malformed';
  const [, authorizationId = '', pairs = ''] = match;
  const token = tokenOf(pairs);
  if (token === null) return 'malformed';
  const name = authorizationId.replaceAll('=2C', ',').replaceAll('=3D', '=');
  return { name: name === '' ? null : name, token };
}

function parseXoauth2(text: string): ReturnType<Parse> {
  if (!text.endsWith(SEPARATOR + SEPARATOR)) return 'malformed';
  const pairs = text.slice(0, -1);
  const name = valueOf(pairs, 'user');
  const token = tokenOf(pairs);
  return name === null || name === '' || token === null ? 'malformed' : { name, token };
}

function tokenOf(pairs: string): string | null {
  return BEARER.exec(valueOf(pairs, 'auth') ?? '')?.[1] ?? null;
}

/** RFC 7628 §3.1: kvpair = key "=" value kvsep */
function valueOf(pairs: string, key: string): string | null {
  const pair = pairs.split(SEPARATOR).find((candidate) => candidate.startsWith(`${key}=`));
  return pair === undefined ? null : pair.slice(key.length + 1);
}
