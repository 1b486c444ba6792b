import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_CONTENTS, GramBlock, hasBit, intersectRows, rowsOf } from './gram-block.ts';

function finder(block: GramBlock, text: string, place: 'header' | 'body'): (position: number) => boolean {
  const common = intersectRows(rowsOf(text, place).map((each) => block.row(each)));
  return (position) => hasBit(common, position);
}

test('no part of a text is ever ruled out', () => {
  const letters = fc.string({
    unit: fc.constantFrom('A', 'B', ' ', '预', '算', '\u{1f600}', 'Z'),
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      fc.array(letters, { minLength: 1, maxLength: 10 }),
      fc.nat(),
      fc.nat(),
      (texts, from, length) => {
        const block = new GramBlock();
        for (const [id, text] of texts.entries()) block.add(id + 1, (visit) => visit(text, 'body'));
        for (const [position, text] of texts.entries()) {
          const start = from % (text.length + 1);
          const part = text.slice(start, start + 2 + (length % 10));
          expect(finder(block, part, 'body')(position)).toBe(true);
        }
      },
    ),
  );
});

test('most texts that are not there are ruled out, and those of the header from the body', () => {
  const block = new GramBlock();
  for (let id = 1; id <= BLOCK_CONTENTS; id++)
    block.add(id, (visit) => {
      visit(`SUBJECT: NUMBER ${id}`, 'header');
      visit(`THE BODY OF MESSAGE ${id}`, 'body');
    });
  expect(block.isFull).toBe(true);
  const positions = Array.from({ length: BLOCK_CONTENTS }, (_, position) => position);
  const count = (text: string, place: 'header' | 'body'): number =>
    positions.filter(finder(block, text, place)).length;
  expect(count('NUMBER', 'header')).toBe(BLOCK_CONTENTS);
  expect(count('NUMBER', 'body')).toBeLessThan(10);
  expect(count('预算', 'body')).toBeLessThan(100);
  expect(count('MESSAGE 777', 'body')).toBeLessThan(10);
  expect(finder(block, 'MESSAGE 777', 'body')(776)).toBe(true);
});

test('a text of one character rules nothing out', () => {
  expect(rowsOf('A', 'body')).toEqual([]);
  expect(rowsOf('', 'header')).toEqual([]);
});
