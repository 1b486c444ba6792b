import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldText } from '../../mail/mailstore/search/port.ts';
import { BLOCK_MESSAGES, slicesOf, TraceBlock } from './trace-block.ts';

function mayHave(block: TraceBlock, word: string): (position: number) => boolean {
  const slices = slicesOf(word).map((slice) => block.slice(slice));
  return (position) => slices.every((slice) => ((slice[position >> 3] ?? 0) & (1 << (position & 7))) !== 0);
}

test('no part of a word that has three characters or more is ever ruled out', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'B', ' ', '@', '.', '项', '目', 'é', '\u{20000}', '가'),
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 3, max: 12 }),
      (texts, from, length) => {
        const block = new TraceBlock(0);
        const folded = texts.map(foldText);
        for (const [position, each] of folded.entries()) block.add(position, each);
        for (const [position, each] of folded.entries()) {
          const part =
            each
              .slice(from % (each.length + 1))
              .slice(0, length)
              .split(' ')[0] ?? '';
          if (part.length >= 3) expect(mayHave(block, part)(position)).toBe(true);
        }
      },
    ),
  );
});

test('one ideograph and two are found anywhere, two letters where a word begins', () => {
  const block = new TraceBlock(0);
  block.add(0, foldText('关于项目预算\nhr@server1.com'));
  for (const word of ['项', '预算', '算', 'hr', 'se', 'co'])
    expect(mayHave(block, foldText(word))(0)).toBe(true);
  for (const word of ['会', '算预', 'hx']) expect(mayHave(block, foldText(word))(0)).toBe(false);
});

test('a word of one letter rules nothing out', () => {
  expect(slicesOf('A')).toEqual([]);
  expect(slicesOf('')).toEqual([]);
});

test('of a full block about one message of a thousand is looked at in vain for three letters, hardly any for more', () => {
  const block = new TraceBlock(0);
  for (let at = 0; at < BLOCK_MESSAGES; at++) {
    const name = ((at * 2_654_435_761) % 2 ** 32).toString(36);
    block.add(
      at,
      foldText(
        `${name}@office${at % 300}.example\nPerson ${name}\nclient${at}@partner.example\nInvoice ${at}\n<${name}.${at}@office.example>`,
      ),
    );
  }
  expect(block.isFull).toBe(true);
  const count = (word: string): number =>
    Array.from({ length: BLOCK_MESSAGES }, (_, position) => position).filter(mayHave(block, foldText(word)))
      .length;
  expect(count('ÄÖÜ')).toBeLessThan(BLOCK_MESSAGES / 100);
  expect(count('kunigunde@')).toBeLessThan(3);
  expect(count('client4711@')).toBeGreaterThanOrEqual(1);
});
