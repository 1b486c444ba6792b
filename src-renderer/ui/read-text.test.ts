import { expect, it } from 'vitest';
import { readText } from './read-text.ts';

it.each([
  { form: 'UTF-8 with a mark', octets: [0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9], locale: 'en', text: 'aé' },
  { form: 'UTF-16', octets: [0xff, 0xfe, 0x61, 0x00, 0x2d, 0x4e], locale: 'en', text: 'a中' },
  { form: 'Windows 1252', octets: [0x61, 0xe9, 0x2c], locale: 'en', text: 'aé,' },
  { form: 'GB 18030', octets: [0x61, 0xd6, 0xd0, 0x2c], locale: 'zh-CN', text: 'a中,' },
] as const)('a file in $form is read as it was meant', async ({ octets, locale, text }) => {
  expect(await readText(new Blob([Uint8Array.from(octets)]), locale)).toBe(text);
});
