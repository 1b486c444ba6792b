/** The text of a file as spreadsheets and editors save it: UTF-8, UTF-16, or what Windows takes for the reader's language. */
import type { Locale } from '../locales/locale.ts';

const CODE_PAGES: Readonly<Record<Locale, string>> = { en: 'windows-1252', 'zh-CN': 'gb18030' };

export async function readText(file: Blob, locale: Locale): Promise<string> {
  const octets = new Uint8Array(await file.arrayBuffer());
  if (octets[0] === 0xff && octets[1] === 0xfe) return new TextDecoder('utf-16le').decode(octets);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder(CODE_PAGES[locale]).decode(octets);
  }
}
