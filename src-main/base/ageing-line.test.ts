import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeingLine } from './ageing-line.ts';

const PATIENCE = 100;

function fill(...waiting: readonly (readonly [name: string, since: number])[]): AgeingLine<string> {
  const line = new AgeingLine<string>(PATIENCE);
  for (const [name, since] of waiting) line.push(name, { isBulk: name.startsWith('bulk'), since });
  return line;
}

function drain(line: AgeingLine<string>): readonly string[] {
  return Array.from({ length: line.size }, () => line.take() ?? '');
}

describe('an ageing line', () => {
  it('lets ordinary mail pass bulk that came a little earlier', () => {
    expect(drain(fill(['bulk 1', 0], ['bulk 2', 1], ['note', 90]))).toEqual(['note', 'bulk 1', 'bulk 2']);
  });

  it('lets bulk go first that has waited long enough', () => {
    expect(drain(fill(['note', 150], ['bulk', 0], ['other note', 160]))).toEqual([
      'bulk',
      'note',
      'other note',
    ]);
  });

  it('passes bulk over where there is no room for it', () => {
    const line = fill(['bulk', 0], ['note', 500]);
    expect(line.take({ mayTakeBulk: false })).toBe('note');
    expect(line.take({ mayTakeBulk: false })).toBeUndefined();
    expect(line.sizeOf(true)).toBe(1);
    expect(line.take()).toBe('bulk');
  });

  it('serves everybody, each line in its order, and nobody waits behind one who came too much later', () => {
    const arrivals = fc.array(fc.record({ isBulk: fc.boolean(), gap: fc.nat(80) }), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.nat(100), (gaps, servedBefore) => {
        const line = new AgeingLine<{ isBulk: boolean; since: number }>(PATIENCE);
        const served: { isBulk: boolean; since: number }[] = [];
        let now = 0;
        for (const { isBulk, gap } of gaps) {
          now += gap;
          line.push({ isBulk, since: now }, { isBulk, since: now });
          if (gap > servedBefore) served.push(...[line.take()].filter((each) => each !== undefined));
        }
        for (let next = line.take(); next !== undefined; next = line.take()) served.push(next);
        expect(served).toHaveLength(gaps.length);
        for (const [index, each] of served.entries()) {
          for (const later of served.slice(index + 1)) {
            // Whoever is served first came no more than the patience after those behind.
            if (each.isBulk === later.isBulk) expect(each.since).toBeLessThanOrEqual(later.since);
            else if (!each.isBulk) expect(each.since).toBeLessThanOrEqual(later.since + PATIENCE);
          }
        }
      }),
    );
  });
});
