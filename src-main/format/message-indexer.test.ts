import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMessageIndexer } from './message-indexer.ts';
import type { IndexedPart, MessageIndex } from './message-index.ts';

const encoder = new TextEncoder();

function indexOf(text: string | Uint8Array, chunkSizes: readonly number[] = []): MessageIndex {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const indexer = createMessageIndexer();
  let at = 0;
  for (const size of chunkSizes) {
    // A copy that is wiped afterwards: the indexer must not hold on to a caller's buffer.
    const chunk = bytes.slice(at, at + size);
    indexer.write(chunk);
    chunk.fill(0x2d);
    at += size;
  }
  indexer.write(bytes.subarray(at));
  return indexer.end();
}

function crlf(...lines: string[]): string {
  return lines.join('\r\n');
}

/** Type and body of each part, as nested arrays. */
function outline(text: string, part: IndexedPart = indexOf(text).root): unknown {
  const type = `${part.type}/${part.subtype}`;
  if (part.children.length > 0) return [type, ...part.children.map((child) => outline(text, child))];
  if (part.message !== null) return [type, outline(text, part.message.root)];
  return [type, new TextDecoder().decode(encoder.encode(text).subarray(part.bodyStart, part.bodyEnd))];
}

const MIXED = crlf(
  'Content-Type: multipart/mixed; boundary=outer',
  '',
  'preamble',
  '--outer',
  '',
  'one',
  '--outer',
  'Content-Type: multipart/alternative; boundary="inner"',
  '',
  '--inner',
  'Content-Type: text/plain',
  '',
  'plain',
  '',
  '--inner',
  'Content-Type: text/html',
  '',
  '<p>html</p>',
  '--inner--',
  'inner epilogue',
  '--outer',
  'Content-Type: message/rfc822',
  '',
  'Subject: within',
  '',
  'forwarded',
  '--outer--',
  'epilogue',
  '',
);

describe('a well-formed message', () => {
  test('has its header fields, offsets and line count indexed', () => {
    const text = crlf(
      'From: Anna <anna@example.org>',
      'To: Tom <tom@example.com>',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      '  and more',
      'Date: Thu, 1 Jan 2026 11:00:00 +0100',
      'Message-ID: <1@example.org>',
      'References: <a@x> <b@x>',
      '',
      'Hello  world',
      '',
    );
    const index = indexOf(text);
    expect(index.subject).toBe('Grüße and more');
    expect(index.sentAt).toBe(Date.UTC(2026, 0, 1, 10));
    expect(index.references).toEqual(['<a@x>', '<b@x>']);
    expect(index.preview).toBe('Hello world');
    expect(index.envelope.subject).toBe('=?utf-8?q?Gr=C3=BC=C3=9Fe?= and more');
    expect(index.envelope.sender).toEqual([{ name: 'Anna', mailbox: 'anna', host: 'example.org' }]);
    expect(index.root).toMatchObject({
      headerStart: 0,
      bodyStart: text.indexOf('Hello'),
      bodyEnd: text.length,
      lines: 1,
      type: 'text',
      parameters: { charset: 'us-ascii' },
      encoding: '7bit',
    });
    expect(index.sizeBytes).toBe(text.length);
  });

  test('has the parts of nested multiparts and of a message within (RFC 2046 §5.1, §5.2.1)', () => {
    expect(outline(MIXED)).toEqual([
      'multipart/mixed',
      ['text/plain', 'one'],
      ['multipart/alternative', ['text/plain', 'plain\r\n'], ['text/html', '<p>html</p>']],
      ['message/rfc822', ['text/plain', 'forwarded']],
    ]);
    const forwarded = indexOf(MIXED).root.children[2];
    expect(forwarded?.message?.envelope.subject).toBe('within');
    expect(forwarded?.lines).toBe(2);
  });

  test('has message/rfc822 as the default type within multipart/digest', () => {
    const text = crlf(
      'Content-Type: multipart/digest; boundary=d',
      '',
      '--d',
      '',
      'Subject: x',
      '',
      'body',
      '--d--',
    );
    expect(outline(text)).toEqual(['multipart/digest', ['message/rfc822', ['text/plain', 'body']]]);
  });

  test('has a folded boundary parameter joined', () => {
    const text = crlf(
      'Content-Type: multipart/mixed; boundary="foo',
      ' bar"',
      '',
      '--foo bar',
      '',
      'x',
      '--foo bar--',
    );
    expect(outline(text)).toEqual(['multipart/mixed', ['text/plain', 'x']]);
  });

  test('decodes RFC 2231 parameters and keeps encoded words in others', () => {
    const text = crlf(
      'Content-Disposition: attachment; filename*0*=utf-8\'\'%e2%82%ac; filename*1=" rates.txt"',
      'Content-Type: text/plain; name="=?utf-8?q?=E2=82=AC?="',
      '',
      '',
    );
    const { root } = indexOf(text);
    expect(root.disposition).toEqual({ type: 'attachment', parameters: { filename: '€ rates.txt' } });
    expect(root.parameters).toEqual({ name: '=?utf-8?q?=E2=82=AC?=' });
  });
});

describe('broken MIME', () => {
  test('without an end boundary still has its last part', () => {
    const text = crlf('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'one', '--b', '', 'two');
    expect(outline(text)).toEqual(['multipart/mixed', ['text/plain', 'one'], ['text/plain', 'two']]);
  });

  test('with an inner multipart left open ends it at the outer boundary', () => {
    const text = crlf(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'one',
      '--a',
      '',
      'two',
      '--a--',
    );
    expect(outline(text)).toEqual([
      'multipart/mixed',
      ['multipart/mixed', ['text/plain', 'one']],
      ['text/plain', 'two'],
    ]);
  });

  test('does not take a boundary that begins with another one for it', () => {
    const text = crlf(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/mixed; boundary=ab',
      '',
      '--ab',
      '',
      'one',
      '--ab--',
      '--a--',
    );
    expect(outline(text)).toEqual(['multipart/mixed', ['multipart/mixed', ['text/plain', 'one']]]);
  });

  test('without a separator has its body begin at the first line that is no header field', () => {
    const text = crlf('Subject: x', 'This is text', 'and more: text', '');
    expect(outline(text)).toEqual(['text/plain', 'This is text\r\nand more: text\r\n']);
    expect(indexOf(text).envelope.subject).toBe('x');
  });

  test('with bare line feeds is read as if they were line ends', () => {
    const text = MIXED.replaceAll('\r\n', '\n');
    expect(outline(text)).toEqual([
      'multipart/mixed',
      ['text/plain', 'one'],
      ['multipart/alternative', ['text/plain', 'plain\n'], ['text/html', '<p>html</p>']],
      ['message/rfc822', ['text/plain', 'forwarded']],
    ]);
  });

  test('that says multipart without any boundary line is shown as text', () => {
    expect(outline(crlf('Content-Type: multipart/mixed; boundary=b', '', 'text'))).toEqual([
      'text/plain',
      'text',
    ]);
    expect(outline(crlf('Content-Type: multipart/mixed', '', '--b', '', 'text'))).toEqual([
      'text/plain',
      '--b\r\n\r\ntext',
    ]);
  });

  test('with a boundary right after a header line has an empty part', () => {
    const text = crlf(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '--b--',
    );
    expect(outline(text)).toEqual(['multipart/mixed', ['text/html', '']]);
  });

  test('that ends in a header section, or is empty, has an empty body', () => {
    expect(indexOf('').root).toMatchObject({ headerStart: 0, bodyStart: 0, bodyEnd: 0, lines: 0 });
    expect(indexOf('Subject: x').root).toMatchObject({ bodyStart: 10, bodyEnd: 10 });
    expect(outline('Content-Type: message/rfc822\r\n\r\n')).toEqual(['message/rfc822', ['text/plain', '']]);
  });

  test('with a senseless Content-Type is text/plain', () => {
    expect(outline('Content-Type: ;;;\r\n\r\nx')).toEqual(['text/plain', 'x']);
    expect(outline('Content-Type: text\r\n\r\nx')).toEqual(['text/plain', 'x']);
  });

  test('nested beyond the limit keeps the rest as a leaf', () => {
    let text = '';
    for (let i = 0; i < 200; i++) text += `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`;
    let depth = 0;
    for (let part: IndexedPart | undefined = indexOf(text).root; part !== undefined; part = part.children[0])
      depth++;
    expect(depth).toBe(51);
    const forwards = indexOf('Content-Type: message/rfc822\r\n\r\n'.repeat(200));
    expect(JSON.stringify(forwards)).toContain('octet-stream');
  });

  test('with more parts than the limit keeps the rest in the last one', () => {
    const text =
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n' + '--b\r\n\r\nx\r\n'.repeat(3000) + '--b--\r\n';
    const { children } = indexOf(text).root;
    expect(children).toHaveLength(999);
    expect(children.at(-1)?.bodyEnd).toBe(text.length - '\r\n--b--\r\n'.length);
  });

  test('names of object members are no trap as parameter names', () => {
    const index = indexOf('Content-Type: text/plain; __proto__=x; constructor=y\r\n\r\n');
    expect(JSON.parse(JSON.stringify(index.root.parameters))).toEqual(
      JSON.parse('{"__proto__":"x","constructor":"y"}'),
    );
  });
});

describe('the preview', () => {
  test('is the decoded text of the first text part', () => {
    expect(
      indexOf('Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\nxOO6ww==')
        .preview,
    ).toBe('你好');
    expect(indexOf(MIXED).preview).toBe('one');
  });

  test('of HTML leaves out tags, styles and entities', () => {
    const html = '<html><style>p{x}</style><!-- c --><p>Tom&nbsp;&amp; Anna</p></html>';
    expect(indexOf(`Content-Type: text/html\r\n\r\n${html}`).preview).toBe('Tom & Anna');
  });

  test('skips an empty text and an attachment (RFC 2183 §2.2)', () => {
    const text = crlf(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Disposition: attachment',
      '',
      'attached',
      '--b',
      '',
      '  ',
      '--b',
      'Content-Type: text/html',
      '',
      '<b>shown</b>',
      '--b--',
    );
    expect(indexOf(text).preview).toBe('shown');
  });

  test('has at most 200 characters', () => {
    expect(indexOf(`\r\n${'word '.repeat(1000)}`).preview).toHaveLength(199);
    expect(indexOf(`\r\n${'x'.repeat(1000)}`).preview).toHaveLength(200);
  });
});

/** Pieces that make up hostile messages. */
const piece = fc.constantFrom(
  'Content-Type: multipart/mixed; boundary=a',
  'Content-Type: multipart/digest; boundary="ab"',
  'Content-Type: message/rfc822',
  'Content-Type: text/html; charset=x',
  'Subject: s',
  ' folded',
  'no field',
  '',
  '\r',
  '--a',
  '--a--',
  '--ab',
  '--ab  ',
  '--',
  'text',
  `${'long '.repeat(150)}`,
  `--a${' '.repeat(600)}`,
);
const hostileMessage = fc
  .array(fc.tuple(piece, fc.constantFrom('\r\n', '\r\n', '\n', '')), { maxLength: 40 })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

function checkRanges(part: IndexedPart, start: number, end: number): void {
  expect(part.headerStart).toBeGreaterThanOrEqual(start);
  expect(part.bodyStart).toBeGreaterThanOrEqual(part.headerStart);
  expect(part.bodyEnd).toBeGreaterThanOrEqual(part.bodyStart);
  expect(part.bodyEnd).toBeLessThanOrEqual(end);
  let from = part.bodyStart;
  for (const child of part.children) {
    checkRanges(child, from, part.bodyEnd);
    from = child.bodyEnd;
  }
  if (part.message !== null) checkRanges(part.message.root, part.bodyStart, part.bodyEnd);
}

describe('any octets', () => {
  test('give parts that lie within each other, in order', () => {
    fc.assert(
      fc.property(hostileMessage, (text) => {
        checkRanges(indexOf(text).root, 0, text.length);
      }),
      { numRuns: 500 },
    );
  });

  test('give the same index however they are cut into chunks', () => {
    fc.assert(
      fc.property(
        hostileMessage,
        fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 30 }),
        (text, sizes) => {
          const { preview: _, ...whole } = indexOf(text);
          const { preview: __, ...cut } = indexOf(text, sizes);
          expect(cut).toEqual(whole);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('never make it throw, and its answer is plain JSON data', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const index = indexOf(bytes, [7, 30]);
        expect(JSON.parse(JSON.stringify(index))).toEqual(index);
      }),
    );
  });
});
