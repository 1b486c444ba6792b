import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, formatAddress, parseAddress, readPath } from './address.ts';
import { domainToAscii, isAddressLiteral } from './domain.ts';

const key = (text: string) => {
  const address = parseAddress(text, { allowUtf8: true });
  return address.ok ? addressKey(address.value) : `error: ${address.error}`;
};

describe('addresses', () => {
  const good: readonly [text: string, key: string][] = [
    ['Tom@Example.COM', 'tom@example.com'],
    ['user+tag@example.com', 'user+tag@example.com'],
    ["o'brien=x{y}@example.com", "o'brien=x{y}@example.com"],
    ['"tom"@example.com', 'tom@example.com'],
    ['"t\\om"@example.com', 'tom@example.com'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['"a b\\"c\\\\"@example.com', '"a b\\"c\\\\"@example.com'],
    ['"<>"@example.com', '"<>"@example.com'],
    ['tom@localhost', 'tom@localhost'],
    ['tom@[192.0.2.1]', 'tom@[192.0.2.1]'],
    ['tom@[IPv6:2001:DB8::1]', 'tom@[ipv6:2001:db8::1]'],
    ['tom@[IPv6:::ffff:192.0.2.1]', 'tom@[ipv6:::ffff:192.0.2.1]'],
    ['tom@BÜCHER.example', 'tom@xn--bcher-kva.example'],
    ['用户@例子.测试', '用户@xn--fsqu00a.xn--0zwm56d'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`tom@${'a'.repeat(63)}.com`, `tom@${'a'.repeat(63)}.com`],
  ];
  test.each(good)('%s is well-formed', (text, expected) => {
    expect(key(text)).toBe(expected);
  });

  const bad: readonly [text: string, error: RegExp][] = [
    ['', /local part is missing/],
    ['@example.com', /local part is missing/],
    ['tom', /no @/],
    ['tom@', /domain is missing/],
    ['.tom@example.com', /dot at its start/],
    ['tom.@example.com', /dot at its start, at its end/],
    ['t..om@example.com', /two in a row/],
    ['to m@example.com', /a space/],
    ['to(m)@example.com', /"\("/],
    ['a@b@example.com', /"@"/],
    ['to\x00m@example.com', /control character/],
    ['"tom@example.com', /no closing quote/],
    ['""@example.com', /empty/],
    ['"tom"x@example.com', /unexpected "x"/],
    ['"t\nom"@example.com', /control character/],
    ['tom@example..com', /empty label/],
    ['tom@example.com.', /empty label/],
    ['tom@-example.com', /inner hyphens/],
    ['tom@exam_ple.com', /inner hyphens/],
    ['tom@exam ple.com', /inner hyphens/],
    ['tom@[192.0.2.256]', /address literal/],
    ['tom@[IPv6:1::2::3]', /address literal/],
    ['tom@[tag:content]', /address literal/],
    ['tom@[192.0.2.1', /address literal/],
    [`${'a'.repeat(65)}@example.com`, /longer than 64/],
    [`tom@${'a'.repeat(64)}.com`, /longer than 63/],
    [`tom@${'a.'.repeat(126)}com`, /longer than 254/],
    ['t\u200bom@example.com', /invisible/],
    ['tom@ex\u202eample.com', /invisible/],
  ];
  test.each(bad)('%j is refused with a reason', (text, error) => {
    expect(key(text)).toMatch(/^error: /);
    expect(key(text)).toMatch(error);
  });

  test('characters beyond ASCII are refused without SMTPUTF8', () => {
    expect(parseAddress('jürgen@example.com')).toMatchObject({ ok: false });
    expect(parseAddress('tom@bücher.example')).toMatchObject({ ok: false });
  });

  test('what was parsed reads the same once formatted', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'binary-ascii' }), (localPart) => {
        const text = formatAddress({ localPart, domain: 'example.com' });
        const again = parseAddress(text);
        if (again.ok) expect(again.value.localPart).toBe(localPart);
        else expect(localPart).toMatch(/[\x00-\x1f\x7f]/);
      }),
    );
  });

  test('any text is either parsed or refused, and a key is its own key', () => {
    const pieces = fc.constantFrom(
      'a',
      '@',
      '.',
      '"',
      '\\',
      '[',
      ']',
      'IPv6:',
      '::',
      '1',
      ' ',
      'ü',
      '<',
      '\0',
      'com',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join('')),
        ),
        (text) => {
          const first = key(text);
          if (!first.startsWith('error: ')) expect(key(first)).toBe(first);
        },
      ),
    );
  });
});

describe('paths', () => {
  const good: readonly [text: string, inner: string, rest: string][] = [
    ['<>', '', ''],
    ['<tom@example.com>', 'tom@example.com', ''],
    ['<tom@example.com> SIZE=12', 'tom@example.com', ' SIZE=12'],
    ['<@a.example,@b.example:tom@example.com>', 'tom@example.com', ''],
    ['<">"@example.com> X', '">"@example.com', ' X'],
    ['<"\\">"@example.com>', '"\\">"@example.com', ''],
    ['<Postmaster>', 'Postmaster', ''],
  ];
  test.each(good)('%s', (text, inner, rest) => {
    const path = readPath(text);
    expect(path.ok && [path.value.text, text.slice(path.value.end)]).toEqual([inner, rest]);
  });

  test.each([
    '',
    'tom@example.com',
    '<tom@example.com',
    '<tom',
    '<tom>',
    '< tom@example.com>',
    '<<tom@example.com>>',
  ])('%j is refused', (text) => {
    expect(readPath(text).ok).toBe(false);
  });

  test('any text is either read or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const path = readPath(`<${text}`);
        if (path.ok) expect(path.value.end).toBeLessThanOrEqual(text.length + 1);
      }),
    );
  });
});

describe('domains', () => {
  test('A-labels (RFC 3492) agree with those that the URL standard makes', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'z', 'ä', 'é', 'ñ', '中', '文', 'я', 'д', 'ע', '1', 'ø', '日', '本', '한'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (label) => {
        const expected = domainToASCII(`${label}.example`);
        if (expected !== '') expect(domainToAscii(`${label}.example`)).toEqual({ ok: true, value: expected });
      }),
    );
  });

  test.each([
    '[::1]',
    '[IPv6:1:2:3:4:5:6:7]',
    '[IPv6:1:2:3:4:5:6:7:8:9]',
    '[1.2.3]',
    '[]',
    '[IPv6:12345::]',
    '[IPv6:1.2.3.4]',
  ])('%s is no address literal', (text) => {
    expect(isAddressLiteral(text)).toBe(false);
  });

  test.each([
    '[IPv6:::]',
    '[IPv6:::1]',
    '[IPv6:1:2:3:4:5:6:7:8]',
    '[IPv6:1::8]',
    '[IPv6:1:2:3:4:5:6:1.2.3.4]',
    '[0.0.0.0]',
  ])('%s is an address literal', (text) => {
    expect(isAddressLiteral(text)).toBe(true);
  });
});
