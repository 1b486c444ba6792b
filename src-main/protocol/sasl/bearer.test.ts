import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BearerToken, SaslBackend, SignInVerdict } from './exchange.ts';
import { createSaslExchange, listMechanisms } from './mechanisms.ts';

const octets = (text: string) => Buffer.from(text);
const ISSUER = 'https://id.example.com/';

/** The issuer has given `good` to user@example.com. */
class TokenBackend implements SaslBackend<string> {
  readonly asked: BearerToken[] = [];
  readonly tokenIssuer = ISSUER;
  signIn = () => Promise.resolve({ kind: 'refused' } as const);
  scramKeys = () => Promise.reject(new Error('not asked'));
  signInWithToken = (bearer: BearerToken): Promise<SignInVerdict<string>> => {
    this.asked.push(bearer);
    return Promise.resolve(bearer.token === 'good' ? { kind: 'ok', account: 'user' } : { kind: 'refused' });
  };
}

function begin(mechanism: string, backend: SaslBackend<string> = new TokenBackend()) {
  const exchange = createSaslExchange(mechanism, backend);
  if (exchange === null) throw new Error(`${mechanism} is not offered`);
  return exchange;
}

describe('OAUTHBEARER (RFC 7628)', () => {
  test('takes a token, and the name as which its owner wants to act', async () => {
    const backend = new TokenBackend();
    const message =
      'n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer good\x01\x01';
    expect(await begin('OAUTHBEARER', backend).start(octets(message))).toEqual({
      kind: 'success',
      account: 'user',
    });
    expect(backend.asked).toEqual([{ name: 'user@example.com', token: 'good' }]);
  });

  test('needs no name: the token has one', async () => {
    const backend = new TokenBackend();
    await begin('OAUTHBEARER', backend).start(octets('n,,\x01auth=Bearer good\x01\x01'));
    expect(backend.asked).toEqual([{ name: null, token: 'good' }]);
  });

  test('§3.2.2: says why not, and where a token can be had; then the exchange is over', async () => {
    const exchange = begin('OAUTHBEARER');
    const step = await exchange.start(octets('n,a=user@example.com,\x01auth=Bearer old\x01\x01'));
    expect(step.kind === 'challenge' && JSON.parse(Buffer.from(step.data).toString())).toEqual({
      status: 'invalid_token',
      'openid-configuration': 'https://id.example.com/.well-known/openid-configuration',
    });
    expect(await exchange.respond(octets('\x01'))).toEqual({ kind: 'failure', reason: 'refused' });
  });

  test.each([
    ['no GS2 header', 'auth=Bearer good\x01\x01'],
    ['no token', 'n,,\x01host=a\x01\x01'],
    ['another scheme (RFC 6750 §2.1 has one)', 'n,,\x01auth=Basic good\x01\x01'],
    ['no end', 'n,,\x01auth=Bearer good'],
    ['nothing', ''],
  ])('does not understand %s', async (_title, message) => {
    expect(await begin('OAUTHBEARER').start(octets(message))).toEqual({
      kind: 'failure',
      reason: 'malformed',
    });
  });
});

describe('XOAUTH2', () => {
  test('takes what Google documents', async () => {
    const backend = new TokenBackend();
    const message = 'user=user@example.com\x01auth=Bearer good\x01\x01';
    expect((await begin('XOAUTH2', backend).start(octets(message))).kind).toBe('success');
    expect(backend.asked).toEqual([{ name: 'user@example.com', token: 'good' }]);
  });

  test('answers a wrong token with a challenge, whose answer ends it', async () => {
    const exchange = begin('XOAUTH2');
    expect((await exchange.start(octets('user=a@b.c\x01auth=Bearer old\x01\x01'))).kind).toBe('challenge');
    expect(await exchange.respond(octets(''))).toEqual({ kind: 'failure', reason: 'refused' });
  });

  test('needs a name', async () => {
    const step = await begin('XOAUTH2').start(octets('auth=Bearer good\x01\x01'));
    expect(step).toEqual({ kind: 'failure', reason: 'malformed' });
  });
});

test('neither is offered without an issuer (RFC 4422 §3.2)', () => {
  expect(listMechanisms(new TokenBackend())).toEqual(expect.arrayContaining(['OAUTHBEARER', 'XOAUTH2']));
  const { signIn, scramKeys } = new TokenBackend();
  expect(listMechanisms({ signIn, scramKeys })).toEqual(['SCRAM-SHA-256', 'PLAIN', 'LOGIN']);
});

test('any message leads to a step, never to an exception', async () => {
  const message = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string().map(octets));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('OAUTHBEARER', 'XOAUTH2'),
      message,
      message,
      async (name, first, second) => {
        const exchange = begin(name);
        const step = await exchange.start(first);
        if (step.kind === 'challenge') expect((await exchange.respond(second)).kind).toBe('failure');
      },
    ),
  );
});

describe('EXTERNAL (RFC 4422 Appendix A)', () => {
  const backend: SaslBackend<string> = {
    signIn: () => Promise.resolve({ kind: 'refused' }),
    scramKeys: () => Promise.reject(new Error('not asked')),
    signInWithCertificate: (name) =>
      Promise.resolve(
        name === null || name === 'user@example.com' ? { kind: 'ok', account: 'user' } : { kind: 'refused' },
      ),
  };

  test('lets in whom the certificate names, asked or not', async () => {
    expect(await begin('EXTERNAL', backend).start(octets(''))).toEqual({ kind: 'success', account: 'user' });
    const exchange = begin('EXTERNAL', backend);
    expect((await exchange.start()).kind).toBe('challenge');
    expect((await exchange.respond(octets('user@example.com'))).kind).toBe('success');
  });

  test('lets nobody act for somebody else, and takes no octets that are no text', async () => {
    expect(await begin('EXTERNAL', backend).start(octets('boss@example.com'))).toEqual({
      kind: 'failure',
      reason: 'refused',
    });
    expect(await begin('EXTERNAL', backend).start(Uint8Array.of(0xff))).toEqual({
      kind: 'failure',
      reason: 'malformed',
    });
  });
});
