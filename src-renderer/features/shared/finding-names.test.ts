import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_SCREENING, DEFAULT_WEIGHTS } from '../../../src-main/mail/screening/default-settings.ts';
import { FINDINGS } from '../../../src-main/mail/screening/findings.ts';
import { en } from '../../locales/en.ts';
import { setLocale } from '../../locales/text.ts';
import { nameFinding, nameOfWeight, tellMeaning } from './finding-names.ts';

afterEach(() => setLocale('en'));

test('every finding that a check can make has a name, and no other has', () => {
  const named = Object.entries(en.findings).map(([check, names]) => [check, Object.keys(names).sort()]);
  const made = Object.entries(FINDINGS).map(([check, outcomes]) => [check, [...outcomes].sort()]);
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(made));
});

test('every weight is shown by a name', () => {
  for (const name of Object.keys(DEFAULT_WEIGHTS)) expect(nameOfWeight(name)).not.toBe(name);
});

test('what the lists that come with us mean is told in Chinese, too', () => {
  setLocale('zh-CN');
  const meanings = DEFAULT_SCREENING.dnsLists.flatMap((list) => list.meanings.map(({ meaning }) => meaning));
  for (const meaning of meanings) expect(tellMeaning(meaning)).toMatch(/\p{Script=Han}/u);
});

describe('findings that carry a name of the administrator', () => {
  test.each([
    [{ check: 'dnsList.zen.spamhaus.org', outcome: 'listed' }, 'The server is on the list zen.spamhaus.org'],
    [{ check: 'ClamAV', outcome: 'malicious' }, 'ClamAV found malicious content'],
    [{ check: 'mail.filter', outcome: 'scored' }, 'mail.filter gives points'],
    [{ check: 'rule', outcome: 'Xy7' }, 'A rule applies'],
    [{ check: 'old', outcome: 'gone' }, 'old.gone'],
  ])('%o: %s', (finding, name) => {
    expect(nameFinding(finding)).toBe(name);
  });

  test('are told in Chinese, too', () => {
    setLocale('zh-CN');
    expect(nameFinding({ check: 'OpenDKIM', outcome: 'reject' })).toBe('OpenDKIM 要求拒收');
  });
});
