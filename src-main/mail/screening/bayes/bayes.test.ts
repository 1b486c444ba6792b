import fc from 'fast-check';
import { expect, test } from 'vitest';
import { octetsOfText, PLAIN } from '../../../../test/support/screened-message.ts';
import { readMessageText } from '../content/message-text.ts';
import { OFFICE } from '../store-port.ts';
import { BayesFilter } from './bayes-filter.ts';
import { chiSquareTail, junkProbability } from './classify.ts';
import { MemoryBayesStore } from './memory-bayes-store.ts';
import { hashToken, tokensOf, wordsOf } from './tokens.ts';

function makeFilter(minimumTrained = 1) {
  const store = new MemoryBayesStore();
  const filter = new BayesFilter({ store, setting: () => ({ isEnabled: true, weight: 5, minimumTrained }) });
  const ask = async (text: string, owner = OFFICE) => {
    const octets = octetsOfText(text);
    return filter.probability(owner, octets, await readMessageText(octets));
  };
  const learn = (text: string, isJunk: boolean, accountId = 1) =>
    filter.learn(accountId, octetsOfText(text), { isJunk, at: 0 });
  return { store, filter, ask, learn };
}

test('words are folded, CJK text is read in pairs of characters', () => {
  expect([...wordsOf('Grüße, DR. Müller! 10')]).toEqual(['grüße', 'müller!']);
  expect([...wordsOf('恭喜您中奖')]).toEqual(['恭喜', '喜您', '您中', '中奖']);
  expect([...wordsOf('ＡＢＣＤ')]).toEqual(['abcd']);
});

test('tokens are numbers of 48 bits and rarely meet', () => {
  const words = Array.from({ length: 100_000 }, (_, index) => `word${index}`);
  const hashes = new Set(words.map(hashToken));
  expect(hashes.size).toBeGreaterThan(99_990);
  for (const hash of hashes) expect(hash).toBeLessThan(2 ** 48);
});

test('who has learned too little says nothing', async () => {
  const { ask, learn } = makeFilter(2);
  await learn(PLAIN, false);
  await learn('Subject: Casino\n\nWin money at the casino\n', true);
  expect(await ask(PLAIN)).toBeNull();
});

test('the same message teaches once, and is moved when it turns out to be the other', async () => {
  const { store, learn } = makeFilter();
  expect(await learn(PLAIN, true)).toBe(2);
  expect(await learn(PLAIN, true)).toBe(0);
  expect(await store.totals(1)).toMatchObject({ junk: 1, mail: 0 });
  expect(await learn(PLAIN, false)).toBe(2);
  expect(await store.totals(1)).toMatchObject({ junk: 0, mail: 1 });
  const octets = octetsOfText(PLAIN);
  const counts = await store.counts(1, tokensOf(octets, await readMessageText(octets)));
  expect([...counts.values()].every(({ junk, mail }) => junk === 0 && mail === 1)).toBe(true);
});

test('an account learns for itself and for the office, not for others', async () => {
  const { store, learn } = makeFilter();
  await learn(PLAIN, true, 7);
  expect((await store.totals(7)).junk).toBe(1);
  expect((await store.totals(OFFICE)).junk).toBe(1);
  expect((await store.totals(8)).junk).toBe(0);
});

test('a probability is between 0 and 1, and more junk never makes it smaller', () => {
  const counts = fc.record({ junk: fc.nat({ max: 100 }), mail: fc.nat({ max: 100 }) });
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 30 }), (words) => {
      const probability = junkProbability(words, { junk: 100, mail: 100 });
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
      const worse = junkProbability([...words, { junk: 100, mail: 0 }], { junk: 100, mail: 100 });
      if (words.length < 20) expect(worse).toBeGreaterThanOrEqual(probability - 1e-9);
    }),
  );
});

test('the tail of chi-square is as in the tables', () => {
  expect(chiSquareTail(5.991, 2)).toBeCloseTo(0.05, 3);
  expect(chiSquareTail(18.307, 10)).toBeCloseTo(0.05, 3);
});
