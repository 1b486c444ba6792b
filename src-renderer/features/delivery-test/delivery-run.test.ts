import { expect, test } from 'vitest';
import type { DeliveryTestEvent, DeliveryVerdict } from '../../../src-main/contract/delivery-test.ts';
import { addEvent, NO_RUN } from './delivery-run.ts';

const phase = (name: string, atMs: number, host: string | null = null) =>
  ({ type: 'phase', phase: name, atMs, host }) as DeliveryTestEvent;
const verdict = (kind: DeliveryVerdict['kind']): DeliveryVerdict => ({ kind, host: 'mx', reply: null });
const run = (...events: readonly DeliveryTestEvent[]) => events.reduce(addEvent, NO_RUN);
const tones = (...events: readonly DeliveryTestEvent[]) =>
  run(...events).phases.map((each) => `${each.phase} ${each.tone}`);

test('a phase is busy until the next begins, and ends then', () => {
  const { phases } = run(phase('route', 0), phase('hosts', 5));
  expect(phases).toMatchObject([
    { phase: 'route', startedMs: 0, endedMs: 5, tone: 'ok' },
    { phase: 'hosts', startedMs: 5, endedMs: null, tone: 'busy' },
  ]);
});

test('what is doubtful makes a warning, and the way goes on', () => {
  const doubt = { type: 'fact', atMs: 1, text: 'the policy could not be fetched', isDoubt: true } as const;
  expect(tones(phase('mtaSts', 0), doubt, phase('tlsa', 2))).toEqual(['mtaSts warning', 'tlsa busy']);
});

test.each([
  ['refused', 'error'],
  ['later', 'warning'],
  ['accepted', 'ok'],
] as const)('a recipient that is %s colours the phase that decided, not the goodbye', (kind, tone) => {
  expect(
    tones(
      phase('rcpt', 0, 'mx'),
      phase('close', 1, 'mx'),
      { type: 'hostVerdict', atMs: 2, verdict: verdict(kind) },
      { type: 'done', atMs: 3, verdict: verdict(kind) },
    ),
  ).toEqual([`rcpt ${tone}`, 'close ok']);
});

test('a domain that there is not ends where it was looked up', () => {
  const done = { type: 'done', atMs: 3, verdict: verdict('noWay') } as const;
  expect(tones(phase('route', 0), phase('hosts', 1), done)).toEqual(['route ok', 'hosts error']);
});

test('what is known of TLS stands with the handshake of its own host', () => {
  const tls = {
    policy: 'none',
    version: null,
    cipher: null,
    provedBy: null,
    problem: null,
    certificate: null,
  };
  const { phases } = run(
    phase('tls', 0, 'mx1'),
    phase('connect', 1, 'mx2'),
    phase('hello', 2, 'mx2'),
    phase('rcpt', 3, 'mx2'),
    { type: 'tls', atMs: 4, tls },
  );
  expect(phases.map((each) => each.tls !== null)).toEqual([false, false, true, false]);
});
