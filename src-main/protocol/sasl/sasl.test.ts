import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine } from './base64-line.ts';
import type { SaslBackend } from './exchange.ts';
import { createSaslExchange, listMechanisms } from './mechanisms.ts';
import { ScramSha256Client } from './scram-sha-256-client.ts';

const octets = (text: string) => new TextEncoder().encode(text);

/** No proof fits. */
const NOBODY = {
  candidates: [
    {
      storedKey: new Uint8Array(32),
      serverKey: new Uint8Array(32),
      admit: () => Promise.reject(new Error('admitted nobody')),
    },
  ],
  refuse: () => Promise.resolve({ kind: 'refused' } as const),
};

/** Knows tim (tanstaaftanstaaf), and otto, who is switched off. */
const backend: SaslBackend<string> = {
  signIn: (name, password) => {
    if (name === 'otto') return Promise.resolve({ kind: 'disabled' });
    return Promise.resolve(
      name === 'tim' && password === 'tanstaaftanstaaf'
        ? { kind: 'ok', account: 'tim' }
        : { kind: 'refused' },
    );
  },
  scramKeys: () =>
    Promise.resolve({ salt: new Uint8Array(16), iterations: 4096, nonce: 'server', ...NOBODY }),
};

function begin(mechanism: string) {
  const exchange = createSaslExchange(mechanism, backend);
  if (exchange === null) throw new Error(`no mechanism ${mechanism}`);
  return exchange;
}

describe('RFC 4616 PLAIN', () => {
  const verdicts: readonly [title: string, message: string, step: object][] = [
    ['signs in', '\0tim\0tanstaaftanstaaf', { kind: 'success', account: 'tim' }],
    [
      'lets a name be its own authorization identity',
      'Tim\0tim\0tanstaaftanstaaf',
      { kind: 'success', account: 'tim' },
    ],
    [
      'refuses another identity',
      'Ursel\0tim\0tanstaaftanstaaf',
      { kind: 'failure', reason: 'otherIdentity' },
    ],
    ['refuses a wrong password', '\0tim\0guess', { kind: 'failure', reason: 'refused' }],
    ['tells a disabled account', '\0otto\0x', { kind: 'failure', reason: 'disabled' }],
    ['refuses an empty password', '\0tim\0', { kind: 'failure', reason: 'malformed' }],
    ['refuses an empty name', '\0\0tanstaaftanstaaf', { kind: 'failure', reason: 'malformed' }],
    ['refuses one NUL', 'tim\0tanstaaftanstaaf', { kind: 'failure', reason: 'malformed' }],
    ['refuses three NULs', '\0tim\0tanstaaf\0tanstaaf', { kind: 'failure', reason: 'malformed' }],
    ['refuses an empty message', '', { kind: 'failure', reason: 'malformed' }],
  ];
  test.each(verdicts)('%s', async (_title, message, step) => {
    expect(await begin('PLAIN').start(octets(message))).toEqual(step);
  });

  test('asks with an empty challenge when there is no initial response', async () => {
    const exchange = begin('plain');
    expect(await exchange.start()).toEqual({ kind: 'challenge', data: new Uint8Array(0) });
    expect(await exchange.respond(octets('\0tim\0tanstaaftanstaaf'))).toMatchObject({ kind: 'success' });
  });

  test('refuses octets that are not UTF-8', async () => {
    const step = await begin('PLAIN').start(Uint8Array.of(0, 0xff, 0xfe, 0, 0x41));
    expect(step).toEqual({ kind: 'failure', reason: 'malformed' });
  });
});

describe('LOGIN', () => {
  test('asks for the name, then for the password', async () => {
    const exchange = begin('LOGIN');
    expect(await exchange.start()).toEqual({ kind: 'challenge', data: octets('Username:') });
    expect(await exchange.respond(octets('tim'))).toEqual({ kind: 'challenge', data: octets('Password:') });
    expect(await exchange.respond(octets('tanstaaftanstaaf'))).toEqual({ kind: 'success', account: 'tim' });
  });

  test('takes the name from an initial response', async () => {
    const exchange = begin('LOGIN');
    expect(await exchange.start(octets('tim'))).toEqual({ kind: 'challenge', data: octets('Password:') });
    expect(await exchange.respond(octets('wrong'))).toEqual({ kind: 'failure', reason: 'refused' });
  });

  test('refuses an empty name and an empty password', async () => {
    const exchange = begin('LOGIN');
    await exchange.start();
    expect(await exchange.respond(octets(''))).toEqual({ kind: 'failure', reason: 'malformed' });
  });
});

test('RFC 4422 §3.2: no exchange begins with a mechanism that is not offered', () => {
  expect(listMechanisms(backend)).toEqual(['SCRAM-SHA-256', 'PLAIN', 'LOGIN']);
  expect(createSaslExchange('CRAM-MD5', backend)).toBeNull();
});

describe('base64 lines (RFC 4648 §4)', () => {
  test.each(['A', 'AA=', 'AAA', '====', 'AA==AA==', 'AAA A', 'A*==', 'AA==\n'])('%j is malformed', (line) => {
    expect(decodeSaslLine(line)).toEqual({ kind: 'malformed' });
  });

  test('`*` gives up, `=` is an empty initial response', () => {
    expect(decodeSaslLine('*')).toEqual({ kind: 'cancel' });
    expect(decodeInitialResponse('=')).toEqual({ kind: 'data', octets: new Uint8Array(0) });
    expect(decodeSaslLine('=')).toEqual({ kind: 'malformed' });
  });

  test('any octets come back as they went', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        const line = decodeSaslLine(encodeSaslLine(data));
        expect(line.kind === 'data' && [...line.octets]).toEqual([...data]);
      }),
    );
  });

  test('any response leads to a step, never to an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('PLAIN', 'LOGIN'), fc.uint8Array(), async (mechanism, data) => {
        expect(['challenge', 'success', 'failure']).toContain((await begin(mechanism).start(data)).kind);
      }),
    );
  });
});

describe('SCRAM-SHA-256', () => {
  const decode = (data: Uint8Array) => new TextDecoder().decode(data);

  /** The account of RFC 7677 §3: user, pencil. */
  async function beginScram(nonce: string, isKnown = true) {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const salted = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256');
    const key = (text: string) => createHmac('sha256', salted).update(text).digest();
    const user = {
      storedKey: createHash('sha256').update(key('Client Key')).digest(),
      serverKey: key('Server Key'),
      admit: () => Promise.resolve({ kind: 'ok', account: 'user' } as const),
    };
    const keys = { salt, iterations: 4096, nonce, ...NOBODY };
    const known = { ...keys, candidates: [...NOBODY.candidates, user] };
    const exchange = createSaslExchange('scram-sha-256', {
      ...backend,
      scramKeys: () => Promise.resolve(isKnown ? known : keys),
    });
    if (exchange === null) throw new Error('SCRAM is not offered');
    return Promise.resolve(exchange);
  }

  test('answers as the example of RFC 7677 §3', async () => {
    const exchange = await beginScram('%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    expect(await exchange.start()).toEqual({ kind: 'challenge', data: new Uint8Array(0) });
    expect(await exchange.respond(octets('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'))).toEqual({
      kind: 'challenge',
      data: Buffer.from(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`),
    });
    const final = `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
    expect(await exchange.respond(octets(final))).toEqual({
      kind: 'challenge',
      data: Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='),
    });
    expect(await exchange.respond(octets(''))).toEqual({ kind: 'success', account: 'user' });
  });

  test.each([
    ['channel binding that we do not offer', 'p=tls-unique,,n=user,r=abc', 'malformed'],
    ['a mandatory extension', 'n,,m=x,n=user,r=abc', 'malformed'],
    ['a wrong escape', 'n,,n=a=b,r=abc', 'malformed'],
    ['another identity', 'n,a=ursel,n=user,r=abc', 'otherIdentity'],
    ['no grammar at all', 'hello', 'malformed'],
  ])('refuses %s', async (_title, first, reason) => {
    expect(await (await beginScram('x')).start(octets(first))).toEqual({ kind: 'failure', reason });
  });

  test.each([
    ['a wrong password', 'pen', true],
    ['an account that is not there', 'pencil', false],
  ])('refuses %s without saying which it was', async (_title, password, isKnown) => {
    const exchange = await beginScram('server', isKnown);
    const client = new ScramSha256Client({ user: 'user', password }, 'client');
    const challenge = await exchange.start(octets(client.firstMessage));
    const response = await client.respond(challenge.kind === 'challenge' ? decode(challenge.data) : '');
    expect(await exchange.respond(octets(response.ok ? response.value : ''))).toEqual({
      kind: 'failure',
      reason: 'refused',
    });
  });

  test('any octets get an answer', async () => {
    const message = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.string().map(octets));
    await fc.assert(
      fc.asyncProperty(message, message, async (first, second) => {
        const exchange = await beginScram('server');
        const step = await exchange.start(first);
        if (step.kind === 'challenge') expect((await exchange.respond(second)).kind).not.toBe('success');
      }),
    );
  });
});
