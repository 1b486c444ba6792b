/** Hostile messages that are too large to lie in the repository: each about a megabyte, made the same every time. */
const MEGABYTE = 2 ** 20;
const HEADER = 'From: anna@server1.com\r\nSubject: large\r\n';

export const LARGE_MESSAGES: readonly (readonly [title: string, make: () => string])[] = [
  ['10,000 parts', () => multipart(Array.from({ length: 10_000 }, (_, number) => `\r\npart ${number}\r\n`))],
  ['100,000 boundary lines', () => `${HEADER}${typeOf('mixed', 'b')}\r\n${'--b\r\n'.repeat(100_000)}`],
  [
    'message/rfc822 100 deep',
    () => `${'Content-Type: message/rfc822\r\n\r\n'.repeat(100)}${HEADER}\r\nbottom\r\n`,
  ],
  ['message/rfc822 10,000 deep', () => 'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)],
  ['multiparts 500 deep, each with its own boundary', nestedMultiparts],
  [
    'a header section of a megabyte',
    () => `${HEADER}${'X-Filler: 0123456789012345678901234567890123456789\r\n'.repeat(20_000)}\r\nbody\r\n`,
  ],
  ['one header field of a megabyte', () => `${HEADER}X-Long: ${'x'.repeat(MEGABYTE)}\r\n\r\nbody\r\n`],
  ['a subject folded 200,000 times', () => `Subject: a${'\r\n b'.repeat(200_000)}\r\n\r\nbody\r\n`],
  ['a subject of encoded words', () => `Subject: ${'=?utf-8?Q?=C3=BC?= '.repeat(50_000)}\r\n\r\nbody\r\n`],
  ['To with 50,000 addresses', () => `To: ${'a@b.example, '.repeat(50_000)}c@d.example\r\n\r\nbody\r\n`],
  [
    'To with comments within comments',
    () => `To: ${'('.repeat(500_000)}${')'.repeat(500_000)} a@b\r\n\r\nbody\r\n`,
  ],
  ['To with groups that never end', () => `To: ${'g: a@b, '.repeat(100_000)}\r\n\r\nbody\r\n`],
  ['quotes that never close', () => `From: ${'"\\'.repeat(300_000)}\r\n\r\nbody\r\n`],
  ['50,000 parameters', () => `Content-Type: text/plain${'; a=b'.repeat(50_000)}\r\n\r\nbody\r\n`],
  [
    '50,000 continued parameters',
    () =>
      `Content-Type: text/plain${Array.from({ length: 50_000 }, (_, n) => `; n*${n}=x`).join('')}\r\n\r\nbody\r\n`,
  ],
  ['References of a megabyte', () => `References: ${'<0123456789@x> '.repeat(65_000)}\r\n\r\nbody\r\n`],
  ['one line of a megabyte', () => `${HEADER}\r\n${'y'.repeat(MEGABYTE)}`],
  ['a megabyte of empty lines', () => `${HEADER}\r\n${'\r\n'.repeat(MEGABYTE / 2)}`],
  ['a megabyte of NUL', () => '\0'.repeat(MEGABYTE)],
  [
    'a megabyte of dashes in a multipart',
    () => `${HEADER}${typeOf('mixed', '-'.repeat(70))}\r\n${'-'.repeat(MEGABYTE)}`,
  ],
  [
    'HTML that never closes its tags',
    () => `${HEADER}Content-Type: text/html\r\n\r\n${'<a <style '.repeat(100_000)}`,
  ],
  [
    'base64 of a megabyte that is none',
    () => `${HEADER}Content-Transfer-Encoding: base64\r\n\r\n${'!?=='.repeat(MEGABYTE / 4)}`,
  ],
];

function typeOf(subtype: string, boundary: string): string {
  return `Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n`;
}

function multipart(parts: readonly string[]): string {
  return `${HEADER}${typeOf('mixed', 'b')}\r\n${parts.map((part) => `--b\r\n${part}`).join('')}--b--\r\n`;
}

function nestedMultiparts(): string {
  const levels = Array.from({ length: 500 }, (_, level) => level);
  const begins = levels.map((level) => `${typeOf('mixed', `level-${level}`)}\r\n--level-${level}\r\n`);
  const ends = levels.reverse().map((level) => `--level-${level}--\r\n`);
  return `${HEADER}${begins.join('')}\r\nbottom\r\n${ends.join('')}`.padEnd(MEGABYTE, 'z');
}
