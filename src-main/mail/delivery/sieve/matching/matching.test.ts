import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparatorNamed } from './comparator.ts';
import { matchGlob } from './glob.ts';
import { matchRegex } from './match-regex.ts';
import { compileRegex } from './regex-program.ts';
import { RegexProblem } from './regex-tree.ts';

const CASEMAP = { comparator: comparatorNamed('i;ascii-casemap'), spend: () => {} };
const OCTET = { comparator: comparatorNamed('i;octet'), spend: () => {} };

function regex(pattern: string, text: string, options = CASEMAP): readonly string[] | null {
  return matchRegex(compileRegex(pattern, options.comparator), text, options);
}

describe(':matches (RFC 5228 §2.7.1)', () => {
  it('gives the shortest for each wildcard, from the left (RFC 5229 §3.2)', () => {
    expect(matchGlob('*[*]*', '[acme-users] [fwd] version 1.0 is out', CASEMAP)).toEqual([
      '',
      'acme-users',
      ' [fwd] version 1.0 is out',
    ]);
    expect(matchGlob('?a*', 'bananas', CASEMAP)).toEqual(['b', 'nanas']);
  });

  it('takes a character beyond the Basic Multilingual Plane as one', () => {
    expect(matchGlob('?-?', '😀-é', CASEMAP)).toEqual(['😀', 'é']);
  });

  it('agrees with a regular expression that says the same', () => {
    const letters = (characters: string) =>
      fc.string({ unit: fc.constantFrom(...characters), maxLength: 12 });
    fc.assert(
      fc.property(letters('ab*?'), letters('abc'), (pattern, text) => {
        const source = pattern.replace(/[*?]/g, (wildcard) => (wildcard === '*' ? '([^]*?)' : '([^])'));
        const expected = new RegExp(`^${source}$`).exec(text);
        expect(matchGlob(pattern, text, OCTET)).toEqual(expected === null ? null : expected.slice(1));
      }),
      { numRuns: 2000 },
    );
  });
});

describe(':regex (draft-ietf-sieve-regex)', () => {
  it.each([
    ['.*', 'whatever', ['whatever']],
    ['^list-(.+)@(.*)$', 'List-office@example.com', ['List-office@example.com', 'office', 'example.com']],
    ['(a|ab)(c|bcd)', 'xabcd', ['abcd', 'a', 'bcd']],
    ['b+', 'abbbc', ['bbb']],
    ['[[:digit:]]{2,3}', 'a1b1234', ['123']],
    ['[^]a]+', ']a-b', ['-b']],
    ['(x)?y', 'y', ['y', '']],
    ['a\\.b', 'a.b', ['a.b']],
    ['^$', '', ['']],
    ['(a*)*b', 'aab', ['aab', 'aa']],
    ['[A-C]+', 'xbCa', ['bCa']],
  ])('%j in %j finds %j', (pattern, text, expected) => {
    expect(regex(pattern, text)).toEqual(expected);
  });

  it('knows letter case by i;octet', () => {
    expect(regex('abc', 'ABC', OCTET)).toBeNull();
    expect(regex('[a-c]', 'B', OCTET)).toBeNull();
  });

  it('finds the leftmost match, and of those the longest', () => {
    expect(regex('a|ab|abc', 'xabcabcd')).toEqual(['abc']);
  });

  it.each([
    'a(',
    'a)',
    '[a',
    '[b-a]',
    '*a',
    'a{2',
    'a{3,2}',
    'a{256}',
    '(a)\\1',
    'a\\',
    '[[:nothing:]]',
    '((((a{99}){99}){99}){99})',
  ])('refuses %j', (pattern) => {
    expect(() => compileRegex(pattern, CASEMAP.comparator)).toThrow(RegexProblem);
  });

  it('agrees with the built-in expressions on whether there is a match and where it begins', () => {
    const pattern = fc
      .array(
        fc.constantFrom('a', 'b', '.', 'a*', 'b+', '(ab)?', '[ab]', '(a|b)', '(a|bb)*', '^', '$', 'a{1,2}'),
        {
          maxLength: 6,
        },
      )
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 }),
        (source, text) => {
          const expected = new RegExp(source).exec(text);
          const found = regex(source, text, OCTET)?.[0];
          expect(found === undefined).toBe(expected === null);
          if (found !== undefined && expected !== null)
            expect(text.startsWith(found, expected.index)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to pattern and text where others take it by powers', () => {
    let steps = 0;
    const options = { ...CASEMAP, spend: (amount: number) => (steps += amount) };
    const program = compileRegex(`${'(a?){30}'}${'a{30}'}`, options.comparator);
    expect(matchRegex(program, `${'a'.repeat(3000)}b`, options)).not.toBeNull();
    expect(
      matchRegex(compileRegex('(a+)+$', options.comparator), `${'a'.repeat(3000)}b`, options),
    ).toBeNull();
    expect(steps).toBeLessThan(2_000_000);
  });
});

describe('comparators (RFC 4790)', () => {
  it.each([
    ['2', '10', -1],
    ['010', '10', 0],
    ['x', '10', 1],
    ['x', 'y', 0],
    ['99999999999999999999', '100000000000000000000', -1],
    ['5 apples', '5', 0],
  ])('i;ascii-numeric: %s before %s gives %d', (a, b, sign) => {
    expect(Math.sign(comparatorNamed('i;ascii-numeric').order(a, b))).toBe(sign);
  });

  it('i;octet orders by code points, not by halves of them', () => {
    expect(comparatorNamed('i;octet').order('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });
});
