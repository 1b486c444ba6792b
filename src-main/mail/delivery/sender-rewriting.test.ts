import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { createSenderRewriting } from './sender-rewriting.ts';

const DAY_MS = 86_400_000;
const clock = new ManualClock(20_000 * DAY_MS);
const ours = createSenderRewriting({ secret: Buffer.alloc(32, 1), clock });
const theirs = createSenderRewriting({ secret: Buffer.alloc(32, 2), clock });

describe('a rewritten sender', () => {
  test('names the domain and the local-part that it stands for, and comes back to them', () => {
    const rewritten = ours.rewrite('Jack@server2.com', 'server1.com');
    expect(rewritten).toMatch(/^SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=server2\.com=Jack@server1\.com$/u);
    expect(ours.restore(rewritten)).toBe('Jack@server2.com');
  });

  test('is known in any case of letters', () => {
    expect(ours.restore(ours.rewrite('jack@server2.com', 'server1.com').toLowerCase())).toBe(
      'jack@server2.com',
    );
  });

  test('leads nowhere where somebody made it up, or changed it', () => {
    const rewritten = ours.rewrite('jack@server2.com', 'server1.com');
    expect(ours.restore(rewritten.replace('server2.com', 'victim.example'))).toBeNull();
    expect(theirs.restore(rewritten)).toBeNull();
    expect(ours.restore('SRS0=AAAAAA=AA=server2.com=jack@server1.com')).toBeNull();
    expect(ours.restore('jack@server1.com')).toBeNull();
  });

  test('leads nowhere after three weeks', () => {
    const later = new ManualClock(clock.now());
    const aging = createSenderRewriting({ secret: Buffer.alloc(32, 1), clock: later });
    const rewritten = aging.rewrite('jack@server2.com', 'server1.com');
    later.advance(21 * DAY_MS);
    expect(aging.restore(rewritten)).toBe('jack@server2.com');
    later.advance(DAY_MS);
    expect(aging.restore(rewritten)).toBeNull();
  });

  test('of another forwarder goes back over the first one, however many forward it', () => {
    const first = theirs.rewrite('jack@server2.com', 'forwarder.example');
    const second = ours.rewrite(first, 'server1.com');
    expect(second).toMatch(/^SRS1=[A-Z2-7]{6}=forwarder\.example==/u);
    expect(ours.restore(second)).toBe(first);
    const third = createSenderRewriting({ secret: Buffer.alloc(32, 3), clock });
    const further = third.rewrite(second, 'third.example');
    expect(further).toContain('=forwarder.example==');
    expect(third.restore(further)).toBe(first);
  });

  test('always comes back', () => {
    const word = fc.stringMatching(/^[a-z0-9.+_-]{1,20}$/u);
    fc.assert(
      fc.property(word, word, (localPart, host) => {
        const address = `${localPart}@${host}.example`;
        expect(ours.restore(ours.rewrite(address, 'server1.com'))).toBe(address);
      }),
    );
  });
});
