import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createMboxReader,
  createMboxWriter,
  findMboxMessages,
  formatFromLine,
  parseFromLine,
  type MboxVariant,
  type OctetSource,
} from './mbox.ts';

const FROM = 'From anna@server1.com Mon Jan  5 12:00:00 2026\n';
const octets = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function sourceOf(text: string): OctetSource {
  const bytes = octets(text);
  return { sizeBytes: bytes.length, readRange: (start, end) => Promise.resolve(bytes.subarray(start, end)) };
}

function latin1(...pieces: readonly Uint8Array[]): string {
  return pieces.flatMap((piece) => [...piece]).reduce((sum, octet) => sum + String.fromCharCode(octet), '');
}

async function read(text: string, variant: MboxVariant | 'auto' = 'auto'): Promise<string[]> {
  const found: string[] = [];
  for await (const { start, end } of findMboxMessages(sourceOf(text), variant)) {
    const reader = createMboxReader(variant);
    found.push(latin1(reader.push(octets(text.slice(start, end))), reader.end()));
  }
  return found;
}

function write(messages: readonly string[]): string {
  return messages
    .map((message) => {
      const writer = createMboxWriter();
      const body = latin1(writer.push(octets(message)), writer.end());
      return `${FROM}${body}${body.endsWith('\n') || body === '' ? '' : '\n'}\n`;
    })
    .join('');
}

describe('the variants', () => {
  test('mboxrd: one quote falls away, however many there are', async () => {
    const text = `${FROM}Subject: a\n\n>From here\n>>From there\n> From\n\n${FROM}Subject: b\n\nbye\n\n`;
    expect(await read(text, 'mboxrd')).toEqual([
      'Subject: a\r\n\r\nFrom here\r\n>From there\r\n> From\r\n',
      'Subject: b\r\n\r\nbye\r\n',
    ]);
  });

  test('mboxo: only a single quote is one', async () => {
    const text = `${FROM}Subject: a\n\n>From here\n>>From there\n\n`;
    expect(await read(text, 'mboxo')).toEqual(['Subject: a\r\n\r\nFrom here\r\n>>From there\r\n']);
  });

  test('mboxcl2: Content-Length says where a message ends, nothing is quoted', async () => {
    const body = `${FROM}>From here\n`;
    const text = `${FROM}Content-Length: ${body.length}\n\n${body}\n${FROM}Content-Length: 4\n\nbye\n\n`;
    expect(await read(text, 'mboxcl2')).toEqual([
      `Content-Length: ${body.length}\r\n\r\n${body.replaceAll('\n', '\r\n')}`,
      'Content-Length: 4\r\n\r\nbye\r\n',
    ]);
  });

  test('a Content-Length that leads nowhere is not believed', async () => {
    const text = `${FROM}Content-Length: 3\n\nlonger\n\n${FROM}Content-Length: 99999\n\nbye\n\n`;
    expect(await read(text)).toEqual([
      'Content-Length: 3\r\n\r\nlonger\r\n',
      'Content-Length: 99999\r\n\r\nbye\r\n',
    ]);
  });
});

describe('RFC 4155 Appendix A: where messages begin', () => {
  test('a sentence that begins with From is no separator', async () => {
    const text = `${FROM}S: a\n\nhello\n\nFrom my desk, with love\n\n${FROM}S: b\n\n\n`;
    expect(await read(text)).toEqual([
      'S: a\r\n\r\nhello\r\n\r\nFrom my desk, with love\r\n',
      'S: b\r\n\r\n',
    ]);
  });

  test('files with CRLF, without a last line end, or with nothing in them', async () => {
    const crlf = `${FROM}S: a\n\nbody\n\n${FROM}S: b\n\nend`.replaceAll('\n', '\r\n');
    expect(await read(crlf)).toEqual(['S: a\r\n\r\nbody\r\n', 'S: b\r\n\r\nend']);
    expect(await read('')).toEqual([]);
    expect(await read('no mbox at all\n\n')).toEqual([]);
  });

  test('messages larger than what is read at a time', async () => {
    const large =
      `S: large\r\n\r\n${'0123456789'.repeat(7)}\r\n`.padEnd(3, ' ') + `${'x'.repeat(70)}\r\n`.repeat(10_000);
    const oneLine = `S: line\r\n\r\n${'y'.repeat(600_000)}\r\n`;
    expect(await read(write([large, oneLine, large]))).toEqual([large, oneLine, large]);
  });
});

test('what was written is read again, whatever it says', async () => {
  const line = fc.constantFrom(
    'From ',
    '>From x',
    '>>From ',
    FROM.trimEnd(),
    'text',
    '',
    '>',
    'Content-Length: 3',
  );
  const message = fc
    .array(line, { maxLength: 12 })
    .map((lines) => `Subject: x\r\n\r\n${lines.join('\r\n')}\r\n`);
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 6 }), async (messages) => {
      expect(await read(write(messages), 'mboxrd')).toEqual(messages);
    }),
    { numRuns: 300 },
  );
});

test('any octets are read to their end, and no octet is in two messages', async () => {
  const part = fc.constantFrom(
    FROM,
    '\n',
    '\r\n',
    'x',
    '\0',
    'From ',
    'Content-Length: 7\n',
    '>',
    'é'.repeat(300),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 60 }),
      fc.constantFrom('auto', 'mboxcl2' as const),
      async (parts, variant) => {
        const source = sourceOf(parts.join(''));
        let last = 0;
        for await (const { start, end } of findMboxMessages(source, variant)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(source.sizeBytes);
          last = end;
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a megabyte of separators or of none takes no time', async () => {
  for (const text of [
    FROM.repeat(22_000),
    '\n'.repeat(1_000_000),
    '>'.repeat(1_000_000),
    'From 1:11'.repeat(110_000),
  ]) {
    const bytes = octets(text);
    const source = sourceOf(`${FROM}${text}`);
    const before = performance.now();
    for await (const { end } of findMboxMessages(source)) expect(end).toBeLessThanOrEqual(source.sizeBytes);
    createMboxReader().push(bytes);
    // A hundred milliseconds; it must not be a matter of squares.
    expect(performance.now() - before).toBeLessThan(1_000);
  }
});

describe('From lines', () => {
  test.each([
    ['From anna@server1.com Mon Jan  5 12:00:00 2026', Date.UTC(2026, 0, 5, 12)],
    ['From - Mon Jan 05 12:00:00 2026', Date.UTC(2026, 0, 5, 12)],
    ['From 1587@xxx Mon Jan 05 12:00:00 +0000 2026', Date.UTC(2026, 0, 5, 12)],
    ['From anna Mon Jan  5 12:00 2026', Date.UTC(2026, 0, 5, 12)],
    ['From anna Mon Jan  5 12:00:00 2026 +0200', Date.UTC(2026, 0, 5, 10)],
    ['From anna Mon Jan  5 12:00:00 CET 2026', Date.UTC(2026, 0, 5, 12)],
    ['From anna', null],
    ['From anna Mon Foo 99 12:00:00 2026', null],
  ])('%s', (line, at) => {
    expect(parseFromLine(line)).toBe(at);
  });

  test('are read as they were written, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseFromLine(formatFromLine('anna@server1.com', seconds * 1000))).toBe(seconds * 1000);
      }),
    );
    expect(formatFromLine('', 0)).toBe('From MAILER-DAEMON Thu Jan  1 00:00:00 1970');
  });
});
