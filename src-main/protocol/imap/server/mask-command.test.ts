import { expect, test } from 'vitest';
import { parseCommand } from '../grammar/parse-command.ts';
import { maskCommand } from './mask-command.ts';

test.each([
  ['a1 LOGIN tom@example.com secret', 'a1 LOGIN tom@example.com [hidden]'],
  ['a1 LOGIN secret tom', 'a1 LOGIN [hidden] [hidden]'],
  ['a1 login tom "secret', 'a1 [hidden]'],
  ['a1 LOGIN tom', 'a1 [hidden]'],
  ['LOGIN tom secret', 'LOGIN [hidden]'],
  ['a1 AUTHENTICATE PLAIN c2VjcmV0', 'a1 AUTHENTICATE PLAIN [hidden]'],
  ['a1 AUTHENTICATE PLAIN', 'a1 AUTHENTICATE PLAIN'],
  ['a1 AUTHENTICATE', 'a1 [hidden]'],
  ['a1 SELECT {5}\r\nINBOX', 'a1 SELECT {5} INBOX'],
  ['a1 NONSENSE', 'a1 NONSENSE'],
])('%j is shown as %j', (text, shown) => {
  const parsed = parseCommand(text);
  expect(maskCommand(text, parsed.ok ? parsed.value.command : null)).toBe(shown);
});

test('a very long command is cut', () => {
  expect(maskCommand(`a1 UID FETCH ${'1,'.repeat(5000)}1 FLAGS`, null).length).toBeLessThan(1010);
});
