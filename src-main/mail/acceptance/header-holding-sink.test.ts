import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { err, ok } from '../../base/result.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { ContentWriter } from '../content/message-receiver.ts';
import type { StagedContent } from '../content/port.ts';
import { HeaderHoldingSink, MAX_HEADER_SECTION_OCTETS } from './header-holding-sink.ts';
import type { HeldHeader } from './header-holding-sink.ts';

class Recording {
  written = '';
  writes = 0;
  begun = 0;
  aborted = 0;
  readonly headers: { text: string; isTooLong: boolean }[] = [];
  isRefused = false;

  readonly sink = new HeaderHoldingSink({
    receiver: { begin: () => this.#begin(), discard: () => Promise.resolve() },
    prepare: ({ section, isTooLong }: HeldHeader) => {
      this.headers.push({ text: Buffer.from(section.octets).toString('latin1'), isTooLong });
      return Promise.resolve(
        this.isRefused ? err(smtpReply(550, '5.6.0', 'No')) : ok([Buffer.from('T: 1\r\n'), section.octets]),
      );
    },
    accept: () => Promise.resolve(smtpReply(250, '2.0.0', 'Yes')),
  });

  #begin(): ContentWriter {
    this.begun++;
    return {
      write: (chunk) => {
        this.written += Buffer.from(chunk).toString('latin1');
        this.writes++;
      },
      finish: () => Promise.resolve({} as StagedContent),
      abort: () => {
        this.aborted++;
        return Promise.resolve();
      },
    };
  }

  async take(...chunks: string[]) {
    for (const chunk of chunks) await this.sink.write(Buffer.from(chunk, 'latin1'));
    return this.sink.finish();
  }
}

describe('the sink that holds the header section back', () => {
  const cases: readonly [title: string, content: string, header: string][] = [
    ['header and body', 'A: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore\r\n', 'A: 1\r\nB: 2\r\n'],
    ['no body', 'A: 1\r\n\r\n', 'A: 1\r\n'],
    ['no empty line', 'A: 1\r\nB: 2\r\n', 'A: 1\r\nB: 2\r\n'],
    ['no header section', '\r\nbody\r\n', ''],
    ['nothing at all', '', ''],
  ];
  test.each(cases)('knows where it ends: %s', async (_title, content, header) => {
    const run = new Recording();
    expect(await run.take(content)).toMatchObject({ code: 250 });
    expect(run.headers).toEqual([{ text: header, isTooLong: false }]);
    expect(run.written).toBe(`T: 1\r\n${content}`);
  });

  test('finds the same however the content is cut', async () => {
    const lines = fc.array(fc.constantFrom('A: 1\r\n', '\r\n', 'x\r\n', '.\r\n'), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(40)), async (parts, cuts) => {
        const content = parts.join('');
        const ends = [...new Set(cuts.map((cut) => Math.min(cut, content.length))), content.length].sort(
          (a, b) => a - b,
        );
        const [whole, pieces] = [new Recording(), new Recording()];
        await whole.take(content);
        await pieces.take(...ends.map((end, index) => content.slice(ends[index - 1] ?? 0, end)));
        expect(pieces.headers).toEqual(whole.headers);
        expect(pieces.written).toBe(whole.written);
      }),
    );
  });

  test('passes the body through without holding it', async () => {
    const run = new Recording();
    await run.take('A: 1\r\n\r\n', 'one\r\n', 'two\r\n');
    expect(run.writes).toBe(3);
  });

  test('hands on what it has when the limit is reached', async () => {
    const run = new Recording();
    const line = `X: ${'a'.repeat(995)}\r\n`;
    const chunks = Array.from({ length: 300 }, () => line);
    await run.take(...chunks, '\r\nbody\r\n');
    expect(run.headers).toHaveLength(1);
    expect(run.headers[0]?.isTooLong).toBe(true);
    expect(run.headers[0]?.text.length).toBeGreaterThan(MAX_HEADER_SECTION_OCTETS);
    expect(run.headers[0]?.text.length).toBeLessThan(MAX_HEADER_SECTION_OCTETS + 2 * line.length);
    expect(run.written).toBe(`T: 1\r\n${chunks.join('')}\r\nbody\r\n`);
  });

  test('a refused message reaches no writer, and the reply waits for its end', async () => {
    const run = new Recording();
    run.isRefused = true;
    expect(await run.take('A: 1\r\n\r\n', 'body\r\n')).toEqual(smtpReply(550, '5.6.0', 'No'));
    expect(run.begun).toBe(0);
  });

  test('abort() leaves nothing behind', async () => {
    const run = new Recording();
    await run.sink.write(Buffer.from('A: 1\r\n\r\nbody'));
    await run.sink.abort();
    expect(run.aborted).toBe(1);
  });
});
