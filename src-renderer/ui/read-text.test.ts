import { expect, it } from 'vitest';
import { readText } from './read-text.ts';

it.each([
  ['UTF-8 with a mark', [0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9], 'en', 'aé'],
  ['UTF-16', [0xff, 0xfe, 0x61, 0x00, 0x2d, 0x4e], 'en', 'a中'],
  ['Windows 1252', [0x61, 0xe9, 0x2c], 'en', 'aé,'],
  ['GB 18030', [0x61, 0xd6, 0xd0, 0x2c], 'zh-CN', 'a中,'],
] as const)('a file in %s is read as it was meant', async (_, octets, locale, text) => {
  expect(await readText(new Blob([Uint8Array.from(octets)]), locale)).toBe(text);
});
