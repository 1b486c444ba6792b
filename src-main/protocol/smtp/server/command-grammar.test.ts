import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLine, parseClientName, parseCommand, parsePathArgument } from './command-grammar.ts';

describe('a command line', () => {
  test.each([
    ['noop', { verb: 'NOOP', argument: '' }],
    ['MAIL FROM:<a@b.c>', { verb: 'MAIL', argument: 'FROM:<a@b.c>' }],
    ['  rcpt\tTO:<a@b.c>  ', { verb: 'RCPT', argument: 'TO:<a@b.c>' }],
    ['', { verb: '', argument: '' }],
  ])('%j is verb and argument', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  test.each(['client.example', 'DESKTOP_01', '192.0.2.1', '[192.0.2.1]', '[IPv6:2001:db8::1]', 'localhost'])(
    'EHLO %s is how clients call themselves',
    (name) => {
      expect(parseClientName(name)).toEqual({ ok: true, value: name });
    },
  );

  test.each(['', 'a b', 'a\tb', '(x)', 'a;b', 'a"b', '<a>', 'über', 'a'.repeat(256), '[a b]', 'a\0'])(
    'EHLO %j is refused',
    (name) => {
      expect(parseClientName(name)).toMatchObject({ ok: false, error: { code: 501, enhanced: null } });
    },
  );

  test.each([
    'FROM:<a@b.c>',
    'from: <a@b.c> SIZE=1',
    'FROM:<> BODY=8BITMIME SMTPUTF8',
    'FROM:<"a b"@b.c>  SIZE=3 ',
  ])('MAIL %s is well-formed', (argument) => {
    expect(parsePathArgument(argument, 'FROM').ok).toBe(true);
  });

  test.each([
    'FROM',
    'FROM <a@b.c>',
    'TO:<a@b.c>',
    'FROM:a@b.c',
    'FROM:<a@b.c> =1',
    'FROM:<a@b.c> A=',
    'FROM:<a@b.c> A=1=2',
    'FROM:<a@b.c> A A',
  ])('MAIL %s is refused with 501', (argument) => {
    expect(parsePathArgument(argument, 'FROM')).toMatchObject({ ok: false, error: { code: 501 } });
  });

  test('of any octets is parsed or refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom('', 'FROM:', 'FROM:<', 'FROM:<a@b.c> '),
        (octets, prefix) => {
          const line = decodeLine(Buffer.concat([Buffer.from(prefix), octets]));
          if (line.ok)
            expect(typeof parsePathArgument(parseCommand(`MAIL ${line.value}`).argument, 'FROM').ok).toBe(
              'boolean',
            );
        },
      ),
    );
  });
});
