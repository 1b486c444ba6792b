/** Messages whose octets follow from their name, so that whoever finds one can tell whether it is whole. */

/** Above what fits a row (src-main/mail/content), so that it lies in a file. */
const LARGE_LINES = 2_000;
/** Some 20 MiB. */
const HUGE_LINES = 260_000;
const SMALL_LINES = 30;
const WORDS = 7;

/** One word in each message, so that a search has something to find. */
export function wordOf(id: string): string {
  const number = Number(/\d+/u.exec(id)?.[0] ?? 0);
  return `needle${'abcdefg'.charAt(number % WORDS)}haystack`;
}

export function bodyOf(id: string): string {
  const lines = Array.from({ length: linesOf(id) }, (_, line) => `${id} ${line} ${'x'.repeat(60)}`);
  return [wordOf(id), ...lines].join('\r\n');
}

function linesOf(id: string): number {
  if (id.endsWith('-huge')) return HUGE_LINES;
  return id.endsWith('-large') ? LARGE_LINES : SMALL_LINES;
}

export function letterOf(id: string, to: readonly string[]): string {
  const header = ['From: tom@server1.com', `To: ${to.join(', ')}`, `Subject: ${id}`];
  return `${header.join('\r\n')}\r\n\r\n${bodyOf(id)}\r\n`;
}

/** The name of a message; null where the octets are not what its name says. */
export function readLetter(octets: Uint8Array): { id: string; isWhole: boolean } {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const id = /^Subject: (.*?)\r?$/mu.exec(text.slice(0, end))?.[1] ?? '';
  return { id, isWhole: end > 0 && text.slice(end + 4).trimEnd() === bodyOf(id) };
}
