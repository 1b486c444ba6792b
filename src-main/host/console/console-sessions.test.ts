import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { ConsoleSessions } from './console-sessions.ts';
import { LIMITS } from './limits.ts';

const SESSION = {
  administrator: 'admin',
  stage: 'signedIn',
  address: '127.0.0.1',
  userAgent: 'Firefox',
} as const;

function setUp() {
  const clock = new ManualClock();
  return { clock, sessions: new ConsoleSessions(clock, (length) => randomBytes(length)) };
}

it('knows a token until the session was idle for too long, and then ends what hangs on it', () => {
  const { clock, sessions } = setUp();
  const token = sessions.start(SESSION);
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
  const token = sessions.start(SESSION);
  for (let age = 0; age < LIMITS.sessionLifetimeMs - 60_000; age += 60_000) {
    clock.advance(60_000);
    expect(sessions.use(token)).not.toBeNull();
  }
  clock.advance(60_000);
  expect(sessions.use(token)).toBeNull();
});

it('does not know tokens it never gave', () => {
  const { sessions } = setUp();
  sessions.start(SESSION);
  expect(sessions.use(null)).toBeNull();
  expect(sessions.use('')).toBeNull();
  expect(sessions.use('A'.repeat(43))).toBeNull();
});

it('keeps a bounded number and lets the oldest go', () => {
  const { sessions } = setUp();
  const first = sessions.start(SESSION);
  for (let i = 0; i < LIMITS.sessions; i++) sessions.start(SESSION);
  expect(sessions.use(first)).toBeNull();
});

it('gives a session that waits for the second factor a few minutes, and does not list it', () => {
  const { clock, sessions } = setUp();
  const token = sessions.start({ ...SESSION, stage: 'halfway' });
  expect(sessions.list()).toEqual([]);
  clock.advance(LIMITS.confirmMs - 1);
  expect(sessions.use(token)).not.toBeNull();
  clock.advance(1);
  expect(sessions.use(token)).toBeNull();
});

it('ends those that are meant, and leaves the others', () => {
  const { sessions } = setUp();
  const [mine, other] = [sessions.start(SESSION), sessions.start({ ...SESSION, administrator: 'eve' })];
  sessions.endWhere(({ administrator }) => administrator === 'eve');
  expect(sessions.use(mine)).not.toBeNull();
  expect(sessions.use(other)).toBeNull();
  expect(sessions.list('eve')).toEqual([]);
});
