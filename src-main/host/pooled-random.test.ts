import { expect, it } from 'vitest';
import { createPooledRandom } from './pooled-random.ts';

it('hands out as many octets as asked, never the same twice', () => {
  const random = createPooledRandom();
  const taken = Array.from({ length: 2_000 }, () => Buffer.from(random(16)).toString('hex'));
  expect(new Set(taken).size).toBe(2_000);
  expect(taken.every((text) => text.length === 32)).toBe(true);
  expect(random(10_000)).toHaveLength(10_000);
  const before = random(8);
  const copy = Uint8Array.from(before);
  random(8);
  expect(before).toEqual(copy);
});
