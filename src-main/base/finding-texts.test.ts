import { describe, expect, test } from 'vitest';
import { FINDING_TEXTS, tell, textOf } from './finding-texts.ts';

const valuesIn = (text: string) => [...new Set(text.match(/\{\w+\}/gu) ?? [])].sort();

test.each(Object.entries(FINDING_TEXTS.en))(
  '%s is told in both languages with the same values',
  (code, english) => {
    const chinese = FINDING_TEXTS['zh-CN'][code as keyof typeof FINDING_TEXTS.en];
    expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(valuesIn(chinese)).toEqual(valuesIn(english));
  },
);

describe('what is told', () => {
  test('stands in the reader’s language', () => {
    const detail = tell('forbiddenInside', { name: 'a.zip', inside: 'b.exe' });
    expect(textOf(detail)).toBe('the archive "a.zip" holds "b.exe", which is of a forbidden type');
    expect(textOf(detail, 'zh-CN')).toBe('压缩包“a.zip”内含禁止类型的“b.exe”');
  });

  test('of a DNS list that comes with Postroom has words, one of the administrator its own', () => {
    const of = (meaning: string) => textOf(tell('listed', { key: '192.0.2.7', meaning }), 'zh-CN');
    expect(of('a domain of junk')).toBe('192.0.2.7 被列为：垃圾邮件域名');
    expect(of('our own list')).toBe('192.0.2.7 被列为：our own list');
  });

  test('by others, or before, stays as it is; what a stranger names fills in nothing', () => {
    expect(textOf('552 too many', 'zh-CN')).toBe('552 too many');
    expect(textOf({ code: 'ofTomorrow', values: { name: 'x' } })).toBe('ofTomorrow x');
    expect(textOf({ code: 'toString', values: {} })).toBe('toString');
    expect(textOf(tell('ruleApplies', { name: '{sender} $&' }))).toBe('the rule "{sender} $&" applies');
  });
});
