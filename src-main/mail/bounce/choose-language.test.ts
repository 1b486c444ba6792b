import { expect, test } from 'vitest';
import { indexMessage } from '../../format/message-indexer.ts';
import { chooseDsnLanguage } from './choose-language.ts';

test.each([
  ['Subject: hello\r\n\r\nGood morning', 'en'],
  ['Subject: =?utf-8?B?5L2g5aW9?=\r\n\r\nhello', 'zh-CN'],
  ['Subject: hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n早上好', 'zh-CN'],
  ['Subject: hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n日本語のメール', 'en'],
])('the language that answers %j is %s', (text, language) => {
  expect(chooseDsnLanguage(indexMessage(Buffer.from(text)))).toBe(language);
});

test('without the message it is English', () => {
  expect(chooseDsnLanguage(null)).toBe('en');
});
