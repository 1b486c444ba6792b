/**
 * TokenVerifier: whether an access token was given by the issuer that the settings name, for us, and for whom.
 *
 * RFC 9068 (JWT access tokens), RFC 8725; keys: RFC 7517, found by OpenID Connect Discovery. Flow: OAUTHBEARER and XOAUTH2 → here.
 * Invariants: an issuer that does not answer is no wrong token; only signatures by its published keys count.
 */
import type { JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { configurationOf } from '../../protocol/sasl/bearer.ts';
import type { TokenIssuer } from './create-sign-in-desk.ts';

export type TokenOwner =
  | { readonly kind: 'valid'; readonly address: string }
  | { readonly kind: 'invalid' }
  /** The issuer's keys could not be had. */
  | { readonly kind: 'unavailable' };

export interface TokenVerifier {
  verify(token: string): Promise<TokenOwner>;
}

/** RFC 8725 §3.1: asymmetric ones only, so that nobody signs with a key that is public. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks of two machines. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** A sign-in waits for it. */
const FETCH_TIMEOUT_MS = 5_000;

export interface TokenVerifierOptions {
  readonly issuer: () => TokenIssuer | null;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  let known: { issuer: string; keys: JWTVerifyGetKey } | null = null;

  async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    if (known?.issuer === issuer) return known.keys;
    const { createRemoteJWKSet } = await loadJose();
    const keys = createRemoteJWKSet(new URL(await findKeys(issuer)), { timeoutDuration: FETCH_TIMEOUT_MS });
    known = { issuer, keys };
    return keys;
  }

  return {
    verify: async (token) => {
      const issuer = options.issuer();
      if (issuer === null) return { kind: 'invalid' };
      try {
        const { jwtVerify } = await loadJose();
        const { payload } = await jwtVerify(token, await keysOf(issuer.issuer), {
          issuer: issuer.issuer,
          audience: issuer.audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(options.clock.now()),
          // RFC 9068 §2.2: a token without an end would be good for ever.
          requiredClaims: ['exp'],
        });
        const address = payload[issuer.addressClaim];
        return typeof address === 'string' ? { kind: 'valid', address } : { kind: 'invalid' };
      } catch (error) {
        if (await isTokensFault(error)) return { kind: 'invalid' };
        options.onError(error);
        return { kind: 'unavailable' };
      }
    },
  };
}

/** Read when the first token comes: most offices have no issuer. */
function loadJose() {
  return import('jose');
}

/** OpenID Connect Discovery 1.0 §4.2 */
async function findKeys(issuer: string): Promise<string> {
  const response = await fetch(configurationOf(issuer), { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the issuer ${issuer} answered ${response.status}`);
  const configuration: unknown = await response.json();
  const address = (configuration as { jwks_uri?: unknown } | null)?.jwks_uri;
  if (typeof address !== 'string') throw new Error(`the issuer ${issuer} does not say where its keys are`);
  return address;
}

async function isTokensFault(error: unknown): Promise<boolean> {
  const { errors } = await loadJose();
  if (!(error instanceof errors.JOSEError)) return false;
  // The plain class is what a key server's 503 is told as.
  const isIssuersFault = [errors.JWKSTimeout, errors.JWKSInvalid].some((each) => error instanceof each);
  return !isIssuersFault && error.code !== errors.JOSEError.code;
}
