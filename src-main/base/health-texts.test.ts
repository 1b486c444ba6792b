import { describe, expect, test } from 'vitest';
import { HEALTH_QUESTIONS, HEALTH_TEXTS, healthQuestion, healthText, tellHealth } from './health-texts.ts';

const valuesIn = (text: string) => [...new Set(text.match(/\{\w+\}/gu) ?? [])].sort();

test.each(Object.entries(HEALTH_TEXTS.en))(
  '%s is told in both languages with the same values',
  (code, english) => {
    const chinese = HEALTH_TEXTS['zh-CN'][code as keyof typeof HEALTH_TEXTS.en];
    expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(valuesIn(chinese)).toEqual(valuesIn(english));
    expect(english).toMatch(/[.}]$/u);
  },
);

test.each(Object.keys(HEALTH_QUESTIONS.en))('%s is asked in both languages', (check) => {
  expect(healthQuestion(check)).toMatch(/\?$/u);
  expect(healthQuestion(check, 'zh-CN')).toMatch(/？$/u);
});

describe('what a check says', () => {
  const text = tellHealth('port25Closed', {
    address: '203.0.113.5',
    reason: 'the host refused the connection',
  });

  test('stands in the reader’s language, with reasons that are ours', () => {
    expect(healthText(text)).toBe('Port 25 of 203.0.113.5 does not answer: the host refused the connection.');
    expect(healthText(text, 'zh-CN')).toBe('203.0.113.5 的 25 端口没有应答：对方拒绝连接。');
  });

  test('keeps the words of others, and its values where the code is of another version', () => {
    const others = { ...text, values: { ...text.values, reason: 'toString' } };
    expect(healthText(others, 'zh-CN')).toContain('toString');
    expect(healthText({ code: 'ofTomorrow', values: { name: 'x' } })).toBe('ofTomorrow x');
    expect(healthText({ code: 'toString', values: {} })).toBe('toString');
    expect(healthQuestion('toString')).toBe('toString');
  });
});
