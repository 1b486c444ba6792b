import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFacts, PackedFacts } from './packed-facts.ts';
import type { ContentFacts } from './sort-messages.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const FIELDS = ['subject', 'from', 'to', 'cc', 'displayFrom', 'displayTo', 'messageId'] as const;

test('facts of any message are kept as they are, or not at all', () => {
  const facts: fc.Arbitrary<ContentFacts> = fc.record({
    sentAt: fc.option(fc.integer()),
    isReply: fc.boolean(),
    references: fc.array(fc.string({ minLength: 1, maxLength: 10 }), { maxLength: 3 }),
    ...(Object.fromEntries(FIELDS.map((field) => [field, text])) as Record<
      (typeof FIELDS)[number],
      typeof text
    >),
  });
  fc.assert(
    fc.property(facts, (given) => {
      const packed = packFacts(given);
      if (packed === null) {
        expect(JSON.stringify(given)).toMatch(/\\u001[ef]/);
        return;
      }
      const kept = new PackedFacts(packed);
      for (const name of Object.keys(given) as (keyof ContentFacts)[])
        expect(kept[name]).toEqual(given[name]);
    }),
  );
});

test('what a separator stands in is not kept', () => {
  const facts = { sentAt: 1, isReply: false, references: [], from: '', to: '', cc: '' };
  const rest = { displayFrom: '', displayTo: '', messageId: '' };
  expect(packFacts({ ...facts, ...rest, subject: 'A\x1fB' })).toBeNull();
});
