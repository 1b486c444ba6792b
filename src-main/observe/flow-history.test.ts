import { beforeEach, expect, it } from 'vitest';
import { MemoryFlowStore } from '../../test/support/memory-flow-store.ts';
import { ManualClock } from '../base/clock.ts';
import { FlowHistory } from './flow-history.ts';
import { EventMeter } from './mail-meter.ts';

const MINUTE_MS = 60_000;
const EMPTY = { queued: 0, active: 0, deferred: 0, held: 0, oldestReceivedAt: null as number | null };

let clock: ManualClock;
let meter: EventMeter;
let store: MemoryFlowStore;
let queue: typeof EMPTY;
let history: FlowHistory;

beforeEach(() => {
  clock = new ManualClock();
  meter = new EventMeter({ clock, onError: () => undefined });
  store = new MemoryFlowStore();
  queue = EMPTY;
  const depth = () => Promise.resolve(queue);
  history = new FlowHistory({ meter, store, depth, clock, onError: (error) => expect(error).toBeNull() });
  history.start();
});

function refuse(): void {
  const session = { via: 'reception', sessionId: 's', remoteAddress: '192.0.2.1' } as const;
  const said = { reversePath: '', recipient: 'a@b.example', reply: '550 no' };
  meter.sink({ type: 'refused', at: clock.now(), ...session, ...said });
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise(setImmediate);
}

const minutes = () => store.read({ rowMs: MINUTE_MS, barMs: MINUTE_MS, since: 0 });

it('a minute is written when it is over, each once', async () => {
  const began = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
  refuse();
  refuse();
  expect(await minutes()).toEqual([]);
  await pass(MINUTE_MS);
  refuse();
  await pass(MINUTE_MS);
  expect(await minutes()).toMatchObject([
    { start: began, counts: { refused: 2 } },
    { start: began + MINUTE_MS, counts: { refused: 1 } },
  ]);
});

it('a server where nothing happens and nothing waits writes nothing', async () => {
  for (let i = 0; i < 5; i++) await pass(MINUTE_MS);
  expect(await minutes()).toEqual([]);
  queue = { ...EMPTY, deferred: 3, oldestReceivedAt: clock.now() - 5_000 };
  await pass(MINUTE_MS);
  expect(await minutes()).toMatchObject([{ mostWaiting: 3, oldestMs: 5_000 + MINUTE_MS }]);
});

it('what the running minute has so far is kept when the server stops', async () => {
  refuse();
  await history.stop();
  expect(await minutes()).toMatchObject([{ counts: { refused: 1 } }]);
});

it('minutes that passed while the machine was busy are written later', async () => {
  refuse();
  await pass(MINUTE_MS / 2);
  refuse();
  await pass(3 * MINUTE_MS);
  const all = await minutes();
  expect(all.reduce((sum, { counts }) => sum + (counts.refused ?? 0), 0)).toBe(2);
});
