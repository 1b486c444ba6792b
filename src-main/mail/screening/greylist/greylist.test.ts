import { expect, test } from 'vitest';
import { DEFAULT_SCREENING } from '../default-settings.ts';
import type { EnvelopeFacts } from '../port.ts';
import type { GreylistSetting } from '../settings.ts';
import { Greylist, networkOf } from './greylist.ts';
import { MemoryGreylistStore } from './memory-greylist-store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function makeGreylist(change: Partial<GreylistSetting> = {}) {
  const setting = { ...DEFAULT_SCREENING.greylisting, isEnabled: true, ...change };
  const store = new MemoryGreylistStore();
  return { greylist: new Greylist({ store, setting: () => setting }), store };
}

function facts(
  at: number,
  change: { address?: string; reversePath?: string; recipient?: string } = {},
): EnvelopeFacts {
  return {
    origin: 'reception',
    client: { address: change.address ?? '192.0.2.7', hello: 'mx.example', isTls: false },
    isFromDevice: false,
    reversePath: change.reversePath ?? 'jack@server2.com',
    recipients: [change.recipient ?? 'tom@server1.com'],
    at,
  };
}

test('the first time it is asked to come back (RFC 6647 §2.1), after the delay it passes, and from then on at once', async () => {
  const { greylist } = makeGreylist();
  expect(await greylist.ask(facts(0))).toEqual({ kind: 'wait', seconds: 300 });
  expect(await greylist.ask(facts(4 * MINUTE))).toEqual({ kind: 'wait', seconds: 60 });
  expect(await greylist.ask(facts(5 * MINUTE))).toEqual({ kind: 'pass', why: 'cameBack' });
  expect(await greylist.ask(facts(30 * DAY))).toEqual({ kind: 'pass', why: 'knownTriplet' });
});

test('a neighbour in the same network may come back in its place', async () => {
  const { greylist } = makeGreylist();
  await greylist.ask(facts(0));
  expect(await greylist.ask(facts(6 * MINUTE, { address: '192.0.2.200' }))).toMatchObject({ kind: 'pass' });
  expect(networkOf('2001:db8:1:2:3::1')).toBe('2001:db8:1:2::/64');
});

test('one that never came back in time begins anew', async () => {
  const { greylist } = makeGreylist();
  await greylist.ask(facts(0));
  expect(await greylist.ask(facts(3 * DAY))).toMatchObject({ kind: 'wait' });
});

test('a client that has passed several times is asked no more', async () => {
  const { greylist } = makeGreylist({ passesToTrust: 2 });
  for (const recipient of ['a@server1.com', 'b@server1.com']) {
    await greylist.ask(facts(0, { recipient }));
    await greylist.ask(facts(6 * MINUTE, { recipient }));
  }
  expect(await greylist.ask(facts(7 * MINUTE, { recipient: 'new@server1.com' }))).toEqual({
    kind: 'pass',
    why: 'knownClient',
  });
});

test('numbers and tags that lists and BATV put into the reverse-path do not make a new sender', async () => {
  const { greylist } = makeGreylist();
  await greylist.ask(facts(0, { reversePath: 'bounce-1234@lists.example' }));
  const again = facts(6 * MINUTE, { reversePath: 'bounce-99@lists.example' });
  expect(await greylist.ask(again)).toMatchObject({ kind: 'pass' });
});

test.each(['192.0.2.0/24', 'server2.com', 'jack@server2.com', 'tom@server1.com'])(
  'what %s exempts does not wait',
  async (entry) => {
    const { greylist, store } = makeGreylist({ exempt: [entry] });
    expect(await greylist.ask(facts(0))).toEqual({ kind: 'pass', why: 'exempt' });
    expect(store.rows.size).toBe(0);
  },
);
