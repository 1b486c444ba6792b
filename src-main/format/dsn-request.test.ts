import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeXtext,
  encodeXtext,
  formatNotify,
  formatOriginalRecipient,
  parseEnvelopeId,
  parseNotify,
  parseOriginalRecipient,
} from './dsn-request.ts';

describe('xtext (RFC 3461 §4)', () => {
  test('encodes what is no plain character, plus and equals', () => {
    expect(encodeXtext('a b+c=d')).toBe('a+20b+2Bc+3Dd');
  });

  test('decodes to what was encoded, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeXtext(text);
        expect(encoded).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeXtext(encoded)).toBe(text);
      }),
    );
  });

  test.each(['a b', 'a=b', 'a+2b', 'a+2', 'a+', '+ZZ', 'ü', '+FF', 'a\r\n'])('refuses %j', (text) => {
    expect(decodeXtext(text)).toBeNull();
  });
});

describe('NOTIFY (RFC 3461 §4.1)', () => {
  test.each([
    ['NEVER', []],
    ['never', []],
    ['SUCCESS', ['success']],
    ['Failure,DELAY', ['failure', 'delay']],
    ['DELAY,DELAY,SUCCESS', ['delay', 'success']],
    ['NEVER,FAILURE', null],
    ['FAILURE,NEVER', null],
    ['FAILURE,', null],
    ['', null],
    ['FAIL', null],
  ])('%j is read as %j', (value, conditions) => {
    expect(parseNotify(value)).toEqual(conditions);
  });

  test('is written as it is read', () => {
    for (const value of ['NEVER', 'SUCCESS,DELAY', 'FAILURE']) {
      expect(formatNotify(parseNotify(value) ?? [])).toBe(value);
    }
  });
});

describe('ENVID (RFC 3461 §4.4)', () => {
  test.each([
    ['QQ314159', 'QQ314159'],
    ['a+20b', 'a b'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['x'.repeat(101), null],
    ['a+0Ab', null],
    ['+C3+BC', null],
    ['', null],
  ])('%j is read as %j', (value, decoded) => {
    expect(parseEnvelopeId(value)).toBe(decoded);
  });
});

describe('ORCPT (RFC 3461 §4.2, RFC 6533 §3)', () => {
  test.each([
    ['rfc822;Bob@Example.COM', { type: 'rfc822', address: 'Bob@Example.COM' }],
    ['RFC822;a+2Bb@example.com', { type: 'rfc822', address: 'a+b@example.com' }],
    ['x400;/C=no/', null],
    ['utf-8;用户@例子', { type: 'utf-8', address: '用户@例子' }],
    ['UTF-8;\\x{7528}@a.example', { type: 'utf-8', address: '用@a.example' }],
    ['utf-8;\\x{D800}@a', null],
    ['utf-8;\\x{110000}@a', null],
    ['utf-8;\\x{0A}@a', null],
    ['utf-8;\\y@a', null],
    ['rfc822;ü@a', null],
    ['rfc822;', null],
    [';a@b', null],
    ['a@b', null],
    ['rfc822;a+00b', null],
    [`rfc822;${'x'.repeat(500)}`, null],
  ])('%j is read as %j', (value, original) => {
    expect(parseOriginalRecipient(value)).toEqual(original);
  });

  test('is written so that it reads as the same, with SMTPUTF8 or without', () => {
    const address = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .filter((text) => !/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text));
    fc.assert(
      fc.property(address, fc.boolean(), (text, allowUtf8) => {
        const original = { type: 'utf-8', address: text };
        const value = formatOriginalRecipient(original, { allowUtf8 });
        if (!allowUtf8) expect(value).toMatch(/^[\x21-\x7e]+$/);
        expect(value).not.toMatch(/[\s=]/);
        if (value.length <= 500) expect(parseOriginalRecipient(value)).toEqual(original);
      }),
    );
  });

  test('nothing that is read holds a control character, whatever the client sends', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'rfc822;', 'utf-8;'),
        (noise, prefix) => {
          const original = parseOriginalRecipient(prefix + noise);
          expect(original?.address ?? '').not.toMatch(/[\x00-\x1f\x7f]/);
          expect(parseEnvelopeId(noise) ?? '').not.toMatch(/[\x00-\x1f\x7f]/);
        },
      ),
    );
  });
});
