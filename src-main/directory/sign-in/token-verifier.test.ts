import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import type { TokenIssuer } from './create-sign-in-desk.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

const NOW = Date.UTC(2026, 5, 1);

let server: Server;
let issuer: TokenIssuer;
let clock: ManualClock;
let verifier: TokenVerifier;
let keys: GenerateKeyPairResult;
let errors: unknown[];
/** What the issuer answers; null: it is broken. */
let answers: Record<string, unknown> | null;

/** An OpenID provider: its configuration and its keys. */
beforeEach(async () => {
  keys = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' };
  server = createServer((request, response) => {
    const answer = answers?.[request.url ?? ''];
    response.writeHead(answer === undefined ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers = {
    '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
    '/keys': { keys: [jwk] },
  };
  issuer = { issuer: url, audience: 'postroom', addressClaim: 'email' };
  clock = new ManualClock(NOW);
  errors = [];
  verifier = createTokenVerifier({ issuer: () => issuer, clock, onError: (error) => errors.push(error) });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Wanted {
  readonly iss?: string;
  readonly aud?: string;
  readonly exp?: number | null;
  readonly claims?: Record<string, unknown>;
  readonly key?: GenerateKeyPairResult['privateKey'];
}

async function makeToken({ iss, aud, exp, claims, key }: Wanted = {}): Promise<string> {
  const token = new SignJWT(claims ?? { email: 'anna@example.com' })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(iss ?? issuer.issuer)
    .setAudience(aud ?? 'postroom');
  if (exp !== null) token.setExpirationTime(exp ?? NOW / 1000 + 3600);
  return token.sign(key ?? keys.privateKey);
}

describe('a token (RFC 9068, RFC 7517)', () => {
  test('of the issuer, for us, says whose it is', async () => {
    expect(await verifier.verify(await makeToken())).toEqual({ kind: 'valid', address: 'anna@example.com' });
  });

  test('may name its owner by another claim', async () => {
    issuer = { ...issuer, addressClaim: 'upn' };
    const token = await makeToken({ claims: { upn: 'a@example.com', email: 'b@example.com' } });
    expect(await verifier.verify(token)).toEqual({ kind: 'valid', address: 'a@example.com' });
  });

  const wrong: readonly [string, () => Promise<string>][] = [
    ['of another issuer', () => makeToken({ iss: 'https://elsewhere.example' })],
    ['for somebody else', () => makeToken({ aud: 'another service' })],
    ['that is over', () => makeToken({ exp: NOW / 1000 - 120 })],
    ['without an end', () => makeToken({ exp: null })],
    ['that names nobody', () => makeToken({ claims: { sub: '7' } })],
    ['signed by somebody else', async () => makeToken({ key: (await generateKeyPair('ES256')).privateKey })],
    ['that is none', () => Promise.resolve('x.y.z')],
    [
      'that is not signed (RFC 8725 §3.1)',
      () => Promise.resolve(`${btoa('{"alg":"none"}')}.${btoa('{"email":"anna@example.com"}')}.`),
    ],
  ];
  test.each(wrong)('%s is wrong', async (_title, make) => {
    expect(await verifier.verify(await make())).toEqual({ kind: 'invalid' });
    expect(errors).toEqual([]);
  });

  test('is nobody’s where there is no issuer', async () => {
    const token = await makeToken();
    const none = createTokenVerifier({ issuer: () => null, clock, onError: () => undefined });
    expect(await none.verify(token)).toEqual({ kind: 'invalid' });
  });

  test('is not called wrong when the issuer does not answer, and is right when it does again', async () => {
    const token = await makeToken();
    const before = answers;
    answers = null;
    expect(await verifier.verify(token)).toEqual({ kind: 'unavailable' });
    answers = { '/.well-known/openid-configuration': before?.['/.well-known/openid-configuration'] };
    expect(await verifier.verify(token)).toEqual({ kind: 'unavailable' });
    expect(errors).toHaveLength(2);
    answers = before;
    expect(await verifier.verify(token)).toEqual({ kind: 'valid', address: 'anna@example.com' });
  });
});
