import { expect, test } from 'vitest';
import { LOCALES } from '../../../locales/locale.ts';
import { letterOf, mailtoOf, type LetterKind, type LetterValues } from './letter-words.ts';

const LETTERS: readonly (readonly [LetterKind, LetterValues])[] = [
  ['reverseName', { address: '192.0.2.25', host: 'mail.office.example' }],
  ['openPort25', { address: '192.0.2.25', host: 'mail.office.example' }],
  ['openPort25', { host: 'mail.office.example', family: 4 }],
  ['delist', { list: 'List', key: '192.0.2.25', url: 'https://list.example/', reason: 'seen' }],
  ['delist', { list: 'List', key: '192.0.2.25', url: 'https://list.example/', reason: '' }],
];

test.each(LETTERS)(
  'the letter %s with %j says every fact, and leaves no gap, in both languages',
  (kind, values) => {
    for (const locale of LOCALES) {
      const letter = letterOf(kind, values, locale);
      const said = `${letter.to} ${letter.subject} ${letter.text}`;
      expect(said).not.toMatch(/[{}]|undefined/u);
      for (const name of ['address', 'host', 'list', 'key', 'url', 'reason'])
        expect(said).toContain(String(values[name] ?? ''));
    }
  },
);

test('the languages are told apart, and a mail program gets whole lines (RFC 6068)', () => {
  const [kind, values] = LETTERS[0]!;
  const letters = LOCALES.map((locale) => letterOf(kind, values, locale));
  expect(new Set(letters.map(({ text }) => text)).size).toBe(LOCALES.length);
  expect(decodeURIComponent(mailtoOf(letters[0]!))).toContain('\r\n\r\n  mail.office.example');
});
