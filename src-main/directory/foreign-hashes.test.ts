import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPooledRandom } from '../host/pooled-random.ts';
import { systemClock } from '../host/system-clock.ts';
import { PasswordKeeper } from './credentials.ts';
import { foreignHash } from './foreign-hashes.ts';

const PASSWORD = 'correct horse';
const HASH = `ab12cd${createHash('sha256').update(`ab12cd${PASSWORD}`).digest('hex')}`;

describe('hashes of an old server', () => {
  it.each([
    [2, createHash('md5').update(PASSWORD).digest('hex')],
    [3, HASH],
  ])('of form %d let in who knows the password', async (form, kept) => {
    const stored = foreignHash(kept, form);
    const keeper = new PasswordKeeper({ clock: systemClock, randomBytes: createPooledRandom() });
    expect(await keeper.verify(PASSWORD, stored)).toBe(true);
    expect(await keeper.verify(PASSWORD.toUpperCase(), stored)).toBe(false);
    expect(keeper.isOutdated({ scrypt: stored ?? '', scramSha256: '' }, { withSha1: false })).toBe(true);
  });

  it('that nothing can be verified with are not taken', () => {
    expect(foreignHash('secret', 0)).toBeNull();
    expect(foreignHash('deadbeef', 1)).toBeNull();
    expect(foreignHash('short', 3)).toBeNull();
  });
});
