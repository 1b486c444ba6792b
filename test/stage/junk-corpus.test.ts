import { expect, test } from 'vitest';
import { readMessageText } from '../../src-main/mail/screening/content/message-text.ts';
import { BayesFilter } from '../../src-main/mail/screening/bayes/bayes-filter.ts';
import { MemoryBayesStore } from '../../src-main/mail/screening/bayes/memory-bayes-store.ts';
import { OFFICE } from '../../src-main/mail/screening/store-port.ts';
import { makeCorpus, type Language } from '../corpus/junk-corpus.ts';
import { octetsOfText } from '../support/screened-message.ts';

interface Row {
  junk: number;
  caught: number;
  mail: number;
  wrong: number;
  unsure: number;
}

const TRAINED = 200;
/** Where SpamBayes draws its lines. */
const SURELY_JUNK = 0.9;
const SURELY_MAIL = 0.2;
const SEEDS = [1, 20_261_121, 777];

/** Trains on messages whose sentences are two thirds of those there are, then judges others that use all of them. */
async function measure(seed: number, tally: Map<Language, Row>): Promise<void> {
  const store = new MemoryBayesStore();
  const filter = new BayesFilter({
    store,
    setting: () => ({ isEnabled: true, weight: 5, minimumTrained: 20 }),
  });
  for (const { text, isJunk } of makeCorpus(TRAINED, { seed, knows: 'some' })) {
    await filter.learn(OFFICE, octetsOfText(text), { isJunk, at: 0 });
  }
  for (const { language, isJunk, text } of makeCorpus(600, { seed: seed + 1, knows: 'all' })) {
    const row = tally.get(language) ?? { junk: 0, caught: 0, mail: 0, wrong: 0, unsure: 0 };
    const octets = octetsOfText(text);
    const probability = (await filter.probability(OFFICE, octets, await readMessageText(octets))) ?? 0.5;
    row[isJunk ? 'junk' : 'mail']++;
    if (probability >= SURELY_JUNK) row[isJunk ? 'caught' : 'wrong']++;
    else if (probability > SURELY_MAIL) row.unsure++;
    tally.set(language, row);
  }
}

test(`what Bayes reaches after ${TRAINED} messages of three languages`, { timeout: 60_000 }, async () => {
  const tally = new Map<Language, Row>();
  for (const seed of SEEDS) await measure(seed, tally);
  console.log(
    `after ${TRAINED} trained messages, ${SEEDS.length} seeds, a third of the sentences never seen before:`,
  );
  console.table(Object.fromEntries(tally));
  for (const { junk, caught, mail, wrong } of tally.values()) {
    expect(caught / junk).toBeGreaterThan(0.8);
    expect(wrong / mail).toBeLessThan(0.05);
  }
});
