import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInitialResponse, decodeSaslLine, encodeSaslLine } from './base64-line.ts';
import type { SaslBackend } from './exchange.ts';
import { createSaslExchange, SASL_MECHANISM_NAMES } from './mechanisms.ts';

const octets = (text: string) => new TextEncoder().encode(text);

/** Knows tim (tanstaaftanstaaf), and otto, who is switched off. */
const backend: SaslBackend<string> = {
  verifyPassword: (name, password) => {
    if (name === 'otto') return Promise.resolve({ kind: 'disabled' });
    return Promise.resolve(
      name === 'tim' && password === 'tanstaaftanstaaf'
        ? { kind: 'ok', account: 'tim' }
        : { kind: 'refused' },
    );
  },
};

function begin(mechanism: string) {
  const exchange = createSaslExchange(mechanism, backend);
  if (exchange === null) throw new Error(`no mechanism ${mechanism}`);
  return exchange;
}

describe('PLAIN', () => {
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

test('no exchange begins with a mechanism that is not offered', () => {
  expect(SASL_MECHANISM_NAMES).toEqual(['PLAIN', 'LOGIN']);
  expect(createSaslExchange('CRAM-MD5', backend)).toBeNull();
});

describe('base64 lines', () => {
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
