import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findReferences } from '../../scripts/rfc/find-references.ts';

const references = (text: string) =>
  findReferences(text).map(({ rfc, section, line }) => `${line}: ${rfc} ${section ?? 'whole'}`);

test.each([
  ['no RFC at all, and no §1', []],
  ['// RFC 9051 §6.3.4', ['1: 9051 §6.3.4']],
  [
    '(RFC 9051 §6.3.4-6.3.8, §7.1 and §9; ID: RFC 2971)',
    ['1: 9051 §6.3.4-6.3.8', '1: 9051 §7.1', '1: 9051 §9', '1: 2971 whole'],
  ],
  ['RFC 9051 Appendix E: gone', ['1: 9051 Appendix E']],
  ['/**\n * As RFC\n * 5465 has it,\n * §3.1.\n */', ['2: 5465 §3.1']],
  ["describe('RFC 5465 §5')\n test('§6.1.2 more')", ['1: 5465 §5', '2: 5465 §6.1.2']],
  ['# RFC 1870: too large', ['1: 1870 whole']],
])('%j', (text, expected) => {
  const found = references(text);
  expect(found.map((each) => each.replace(/^\d+: /, ''))).toEqual(
    expected.map((each) => each.replace(/^\d+: /, '')),
  );
});

test('lines are counted', () => {
  expect(references('\n\nRFC 1 RFC 5321 x\n§2\nRFC 822')).toEqual(['4: 5321 §2', '5: 822 whole']);
});

test('never throws', () => {
  const word = fc.constantFrom('RFC ', '5321', '§', '3.1', '\n', ' * ', 'Appendix ', 'B');
  fc.assert(fc.property(fc.array(word), (words) => void findReferences(words.join(''))));
});
