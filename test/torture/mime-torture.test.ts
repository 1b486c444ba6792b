/**
 * Broken and hostile MIME: the small corpus in test/fixtures/mime-torture with its answers beside it, reviewed by eye, and
 * large ones that must cost no time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexedPart, MessageIndex } from '../../src-main/format/message-index.ts';
import { MAX_HEADER_BYTES, MAX_NESTING, MAX_PARTS } from '../../src-main/format/limits.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { formatBodyStructure } from '../../src-main/protocol/imap/grammar/format-body-structure.ts';
import { formatEnvelope } from '../../src-main/protocol/imap/grammar/format-envelope.ts';
import { ReadingOffice } from '../support/reading-office.ts';
import { LARGE_MESSAGES } from './large-messages.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/mime-torture');
const CORPUS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));
/** What a megabyte may cost: 50 ms on the machine it was set on, with room for a busy one. */
const MOST_MS = 200;

function read(name: string): Uint8Array {
  return readFileSync(join(FOLDER, `${name}.eml`));
}

function indexOf(octets: Uint8Array, chunkOctets = octets.length + 1): MessageIndex {
  const indexer = createMessageIndexer();
  for (let at = 0; at < octets.length; at += chunkOctets)
    indexer.write(octets.subarray(at, at + chunkOctets));
  return indexer.end();
}

/** What FETCH says, and what lies in the parts. */
function answers(octets: Uint8Array): string {
  const index = indexOf(octets);
  const structure = (isExtended: boolean) => formatBodyStructure(index.root, { isExtended, isUtf8: false });
  const show = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return [
    `ENVELOPE ${show(formatEnvelope(index.envelope, false))}`,
    `BODY ${show(structure(false))}`,
    `BODYSTRUCTURE ${show(structure(true))}`,
    `subject ${JSON.stringify(index.subject)}, author ${JSON.stringify(index.author)}, sent ${index.sentAt}`,
    `preview ${JSON.stringify(index.preview)}`,
    ...partsOf(index.root).map(([section, part]) => {
      const body = Buffer.from(octets.subarray(part.bodyStart, part.bodyEnd)).toString('latin1');
      return `BODY[${section}] ${JSON.stringify(body)}`;
    }),
    '',
  ].join('\n');
}

/** Section numbers (RFC 9051 §6.4.5) and parts. */
function partsOf(part: IndexedPart, prefix = ''): readonly (readonly [section: string, part: IndexedPart])[] {
  const name = (number: number) => (prefix === '' ? String(number) : `${prefix}.${number}`);
  if (part.children.length > 0)
    return part.children.flatMap((child, at) => [
      [name(at + 1), child] as const,
      ...below(child, name(at + 1)),
    ]);
  return [[name(1), part], ...below(part, name(1))];
}

function below(part: IndexedPart, section: string): readonly (readonly [string, IndexedPart])[] {
  if (part.children.length > 0) return partsOf(part, section);
  return part.message === null ? [] : partsOf(part.message.root, section);
}

/** Parts lie within the part that holds them, in order, and are not too many. */
function expectSane(index: MessageIndex, octets: number): void {
  let count = 0;
  const walk = (part: IndexedPart, [start, end]: readonly [number, number], depth: number): void => {
    count++;
    expect(depth).toBeLessThanOrEqual(MAX_NESTING + 1);
    expect([start, part.headerStart, part.bodyStart, part.bodyEnd, end]).toEqual(
      [start, part.headerStart, part.bodyStart, part.bodyEnd, end].sort((a, b) => a - b),
    );
    let at = part.bodyStart;
    for (const child of part.children) {
      walk(child, [at, part.bodyEnd], depth + 1);
      at = child.bodyEnd;
    }
    if (part.message !== null) walk(part.message.root, [part.bodyStart, part.bodyEnd], depth + 1);
  };
  walk(index.root, [0, octets], 0);
  expect(count).toBeLessThanOrEqual(MAX_PARTS + MAX_NESTING + 1);
}

/** Quoted strings aside, parentheses close: a client's parser gets through. */
function expectBalanced(answer: string): void {
  let depth = 0;
  for (const [token] of answer.matchAll(/"(?:[^"\\]|\\.)*"|[()]/gsu)) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
}

describe('the corpus', () => {
  test.each(CORPUS)('%s is answered as it was reviewed', async (name) => {
    await expect(answers(read(name))).toMatchFileSnapshot(join(FOLDER, `${name}.txt`));
  });

  test.each(CORPUS)('%s is sane, and the same however it arrives', (name) => {
    const octets = read(name);
    const whole = indexOf(octets);
    expectSane(whole, octets.length);
    for (const chunk of [1, 2, 7, 64]) expect(indexOf(octets, chunk)).toEqual(whole);
  });

  test('an IMAP session reads all of it and goes on', async () => {
    const office = new ReadingOffice();
    for (const name of CORPUS) await office.arrive(Buffer.from(read(name)).toString('latin1'));
    const client = await office.openImap();
    const answer = await client.transact('FETCH 1:* (ENVELOPE BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[1.MIME])');
    expect(answer.completion).toMatch(/^OK /u);
    const answered = answer.untagged.filter((line) => /^\* \d+ FETCH /u.test(line));
    expect(answered).toHaveLength(CORPUS.length);
    expect((await client.transact('NOOP')).completion).toContain('OK');
  });
});

describe('a megabyte', () => {
  test.each(LARGE_MESSAGES)('of %s costs no time and gives a small, sane index', (...[, make]) => {
    const octets = Buffer.from(make(), 'latin1');
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      indexOf(octets, 64 * 1024);
      return performance.now() - before;
    });
    const index = indexOf(octets, 64 * 1024);
    expect(Math.min(...times)).toBeLessThan(MOST_MS);
    expectSane(index, octets.length);
    // The header section is looked at up to MAX_HEADER_BYTES; what it says may be in the index twice, and escaped.
    expect(JSON.stringify(index).length).toBeLessThan(5 * MAX_HEADER_BYTES);
    expectBalanced(formatBodyStructure(index.root, { isExtended: true, isUtf8: false }));
  });
});

test('what is made of pieces of the corpus is sane, too', () => {
  const pieces = CORPUS.flatMap((name) =>
    Buffer.from(read(name))
      .toString('latin1')
      .split(/(?<=\r\n)/u),
  );
  const message = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((lines) => lines.join(''));
  const check = (text: string): void => {
    const octets = Buffer.from(text, 'latin1');
    const index = indexOf(octets);
    expectSane(index, octets.length);
    expect(indexOf(octets, 5)).toEqual(index);
    expectBalanced(formatBodyStructure(index.root, { isExtended: true, isUtf8: false }));
    expectBalanced(formatEnvelope(index.envelope, false));
  };
  // The seed is fixed so that a finding is everybody's; the second run looks elsewhere each time.
  fc.assert(fc.property(message, check), { numRuns: 500, seed: 20_261_121 });
  fc.assert(fc.property(message, check), { numRuns: 100 });
});
