import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeaderSection, rewriteHeaderSection } from '../../format/header-section.ts';
import { formatAuthenticationResults } from './authentication-results.ts';
import { removeForgedResults } from './forged-results.ts';

describe('the Authentication-Results field', () => {
  test('says that nothing was done (RFC 8601 appendix B.2)', () => {
    expect(formatAuthenticationResults('example.org', [])).toBe(
      'Authentication-Results: example.org; none\r\n',
    );
  });

  test('says what was found, and of which signature (RFC 8601 appendix B.3, B.5; RFC 6008 §3)', () => {
    const field = formatAuthenticationResults('example.com', [
      { method: 'spf', result: 'pass', properties: [['smtp.mailfrom', 'example.net']] },
      {
        method: 'dkim',
        result: 'fail',
        comment: 'the body is not (quite) the one that was signed',
        properties: [
          ['header.d', 'newyork.example.com'],
          ['header.i', '@newyork.example.com'],
          ['header.b', 'oINEO8hg'],
        ],
      },
    ]);
    expect(field).toBe(
      [
        'Authentication-Results: example.com;',
        '\tspf=pass smtp.mailfrom=example.net;',
        "\tdkim=fail (the body is not 'quite' the one that was signed)",
        '\t\theader.d=newyork.example.com header.i=@newyork.example.com',
        '\t\theader.b=oINEO8hg',
        '',
      ].join('\r\n'),
    );
  });

  test('is one field whatever strangers wrote', () => {
    const comment = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(comment, fc.string({ unit: 'binary' }), (text, value) => {
        const properties = [['smtp.mailfrom', value]] as const;
        const field = formatAuthenticationResults('mx.example', [
          { method: 'spf', result: 'fail', comment: text, properties },
        ]);
        const section = parseHeaderSection(Buffer.from(field));
        expect(section.fields).toHaveLength(1);
        expect(
          field
            .slice(0, -2)
            .split('\r\n')
            .slice(1)
            .every((line) => /^\t/.test(line)),
        ).toBe(true);
        expect(/[\r\n]/.test(field.replaceAll('\r\n', ''))).toBe(false);
      }),
    );
  });
});

function strip(section: string, authservId = 'mail.server1.com'): string {
  const parsed = parseHeaderSection(Buffer.from(section, 'latin1'));
  const without = removeForgedResults(parsed, authservId);
  return Buffer.concat(rewriteHeaderSection(parsed, { without })).toString('latin1');
}

describe('forged results (RFC 8601 §5)', () => {
  test.each([
    'Authentication-Results: mail.server1.com; spf=pass smtp.mailfrom=bank.example\r\n',
    'authentication-results:MAIL.server1.com;\r\n\tdkim=pass header.d=bank.example\r\n',
    'Authentication-Results : mail.server1.com 1; dmarc=pass\r\n',
    'Authentication-Results: (a (nested) comment)\r\n "mail.server1.com"; none\r\n',
    'Authentication-Results: mail.server1.com\r\n',
    'X-Postroom-Verdict: clean\r\n',
  ])('%j goes', (field) => {
    expect(strip(`From: a@b.example\r\n${field}Subject: x\r\n`)).toBe('From: a@b.example\r\nSubject: x\r\n');
  });

  test.each([
    'Authentication-Results: mail.server2.com; spf=pass\r\n',
    'Authentication-Results: mail.server1.com.example; spf=pass\r\n',
    'X-Authentication-Results: mail.server1.com; spf=pass\r\n',
    'Subject: Authentication-Results: mail.server1.com; spf=pass\r\n',
  ])('%j stays', (field) => {
    expect(strip(field)).toBe(field);
  });

  test('nothing is left on a second look, and other octets stay', () => {
    const piece = fc.constantFrom(
      'Authentication-Results',
      'mail.server1.com',
      ':',
      ' ',
      '\t',
      '\r\n',
      '\n',
      ';',
      '(',
      ')',
      '"',
      '\\',
      'X-Postroom-A',
      'From: a\r\n',
      '\xff',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = strip(pieces.join(''));
        const left = parseHeaderSection(Buffer.from(once, 'latin1')).fields;
        expect(left.some(({ name }) => name.startsWith('X-Postroom'))).toBe(false);
        expect(pieces.join('').length).toBeGreaterThanOrEqual(once.length);
      }),
    );
  });
});
