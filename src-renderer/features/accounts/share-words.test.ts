import { expect, test } from 'vitest';
import { levelOf, rightsInWords, rightsOfLevel } from './share-words.ts';

test.each([
  ['', '', 'none'],
  ['lrs', '', 'read'],
  ['lrswipte', '', 'write'],
  ['lrswipkxtea', '', 'manage'],
  ['lr', '', 'custom'],
  ['lrs', 'r', 'custom'],
  [null, '', 'mixed'],
])('rights %j less %j are the level %s', (rights, denied, level) => {
  expect(levelOf({ rights, denied })).toBe(level);
});

test('every right of a level has words', () => {
  expect(
    rightsInWords(rightsOfLevel('manage'))
      .map(({ letter }) => letter)
      .join(''),
  ).toBe('lrswipkxtea');
  expect(rightsInWords('rl').every(({ text }) => text !== '')).toBe(true);
});
