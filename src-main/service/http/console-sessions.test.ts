import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { ConsoleSessions } from './console-sessions.ts';
import { LIMITS } from './limits.ts';

function setUp() {
  const clock = new ManualClock();
  return { clock, sessions: new ConsoleSessions(clock, (length) => randomBytes(length)) };
}

it('knows a token until the session was idle for too long, and then ends what hangs on it', () => {
  const { clock, sessions } = setUp();
  const token = sessions.start('admin');
  const onEnd = vi.fn();
  sessions.use(token)?.attach(onEnd);
  clock.advance(LIMITS.sessionIdleMs - 1);
  expect(sessions.use(token)?.administrator).toBe('admin');
  clock.advance(LIMITS.sessionIdleMs + LIMITS.sessionSweepMs);
  expect(onEnd).toHaveBeenCalledOnce();
  expect(sessions.use(token)).toBeNull();
});

it('ends a session that is always in use after its lifetime', () => {
  const { clock, sessions } = setUp();
  const token = sessions.start('admin');
  for (let age = 0; age < LIMITS.sessionLifetimeMs - 60_000; age += 60_000) {
    clock.advance(60_000);
    expect(sessions.use(token)).not.toBeNull();
  }
  clock.advance(60_000);
  expect(sessions.use(token)).toBeNull();
});

it('does not know tokens it never gave', () => {
  const { sessions } = setUp();
  sessions.start('admin');
  expect(sessions.use(null)).toBeNull();
  expect(sessions.use('')).toBeNull();
  expect(sessions.use('A'.repeat(43))).toBeNull();
});

it('keeps a bounded number and lets the oldest go', () => {
  const { sessions } = setUp();
  const first = sessions.start('admin');
  for (let i = 0; i < LIMITS.sessions; i++) sessions.start('admin');
  expect(sessions.use(first)).toBeNull();
});
