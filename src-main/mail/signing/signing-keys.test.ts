import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger, type Logger } from '../../base/logger.ts';
import { liveResolver } from '../../../test/support/memory-resolver.ts';
import type { Zone } from '../../../test/support/dns-server.ts';
import { MemorySigningKeyStore } from './memory-signing-key-store.ts';
import { RETIRING_MS } from './plan-changes.ts';
import { SigningKeys } from './signing-keys.ts';

const DAY_MS = 24 * 60 * 60_000;

async function setUp(options: { rotateAfterDays?: number; logger?: Logger } = {}) {
  let zone: Zone = {};
  const store = new MemorySigningKeyStore();
  const clock = new ManualClock(Date.UTC(2026, 10, 21));
  const keys = new SigningKeys({
    store,
    clock,
    resolver: liveResolver(() => zone),
    logger: options.logger ?? silentLogger,
    rotateAfterMs: () => (options.rotateAfterDays ?? 0) * DAY_MS,
  });
  await keys.start();
  const publish = () => {
    const waiting = keys.list().filter(({ state }) => state === 'announced');
    const records = waiting.map(({ recordName, record }) => [recordName, { TXT: [record] }]);
    zone = { ...zone, ...(Object.fromEntries(records) as Zone) };
  };
  const setZone = (next: Zone) => (zone = next);
  const states = () => keys.list().map(({ selector, state }) => `${selector} ${state}`);
  return { keys, store, clock, publish, setZone, states };
}

describe('signing keys', () => {
  test('are made by one click, announced, and sign only after DNS has them', async () => {
    const { keys, publish, states } = await setUp();
    expect(await keys.makeKeys('server1.com')).toMatchObject({ ok: true });
    expect(states()).toEqual(['r20261121 announced', 'e20261121 announced']);
    expect(keys.keysFor('server1.com')).toEqual([]);
    expect(keys.list().map(({ publication }) => publication)).toEqual(['missing', 'missing']);
    expect(await keys.makeKeys('server1.com')).toEqual({ ok: false, error: 'keysAreWaiting' });
    publish();
    await keys.check('server1.com');
    expect(states()).toEqual(['r20261121 active', 'e20261121 active']);
    expect(keys.keysFor('server1.com').map(({ selector }) => selector)).toEqual(['r20261121', 'e20261121']);
  });

  test('of a domain sign for what is below it, and for nobody else', async () => {
    const { keys, publish } = await setUp();
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    expect(keys.keysFor('mail.server1.com')).toHaveLength(2);
    expect(keys.keysFor('otherserver1.com')).toEqual([]);
    expect(keys.keysFor('com')).toEqual([]);
  });

  test('are replaced as planned: announced, used when seen, the old record kept, then forgotten', async () => {
    const { keys, store, clock, publish, states } = await setUp({ rotateAfterDays: 100 });
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    clock.advance(99 * DAY_MS);
    await keys.check('server1.com');
    expect(states()).toHaveLength(2);
    clock.advance(DAY_MS);
    await keys.check('server1.com');
    expect(states()).toContain('r20270301 announced');
    expect(states()).toContain('r20261121 active');
    publish();
    await keys.check('server1.com');
    expect(states()).toEqual([
      'r20261121 retiring',
      'e20261121 retiring',
      'r20270301 active',
      'e20270301 active',
    ]);
    expect(await store.privateKeyOf(1)).toBeNull();
    clock.advance(RETIRING_MS);
    await keys.check('server1.com');
    expect(states().slice(0, 2)).toEqual(['r20261121 retired', 'e20261121 retired']);
    expect(await keys.remove(1)).toMatchObject({ ok: true });
    expect(await keys.remove(3)).toEqual({ ok: false, error: 'keyIsActive' });
  });

  test('stay as they are while nobody can look them up, and show what DNS has instead', async () => {
    const { keys, publish, setZone } = await setUp();
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    const [first, second] = keys.list().map(({ recordName }) => recordName);
    setZone({ [first ?? '']: 'fails', [second ?? '']: { TXT: ['v=DKIM1; k=ed25519; p=AAAA'] } });
    await keys.check('server1.com');
    expect(keys.list().map(({ state, publication }) => [state, publication])).toEqual([
      ['active', 'unknown'],
      ['active', 'different'],
    ]);
  });

  test('are found by themselves within the hour', async () => {
    const { keys, clock, publish } = await setUp();
    await keys.makeKeys('server1.com');
    publish();
    const changed = new Promise<void>((resolve) => {
      keys.onChange(() => keys.keysFor('server1.com').length === 2 && resolve());
    });
    clock.advance(60 * 60_000);
    await changed;
    keys.stop();
  });

  test('get one successor each, however many look at once', async () => {
    const { keys, clock, publish, states } = await setUp({ rotateAfterDays: 100 });
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    clock.advance(100 * DAY_MS);
    await Promise.all([keys.check('server1.com'), keys.check('server1.com'), keys.check('server1.com')]);
    expect(states()).toHaveLength(4);
  });

  test('that cannot be read leave mail unsigned, and the rest as it is', async () => {
    const { keys, store, publish } = await setUp();
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    store.privateKeyOf = (id) => Promise.resolve(id === 1 ? 'broken' : null);
    await keys.refresh();
    expect(keys.keysFor('server1.com')).toEqual([]);
    expect(keys.list()).toHaveLength(2);
  });

  test('never show their private half', async () => {
    const logged: unknown[] = [];
    const record = (message: string, fields?: unknown) => void logged.push(message, fields);
    const logger = { ...silentLogger, info: record, error: record, warn: record, debug: record };
    const { keys, store, publish } = await setUp({ logger });
    await keys.makeKeys('server1.com');
    publish();
    await keys.check('server1.com');
    expect(await store.privateKeyOf(1)).toContain('PRIVATE KEY');
    expect(JSON.stringify([keys.list(), logged])).not.toContain('PRIVATE');
    expect(JSON.stringify([keys.list(), logged])).not.toContain('privateKey');
  });
});
