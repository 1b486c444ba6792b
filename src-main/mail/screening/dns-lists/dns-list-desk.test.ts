import { expect, test } from 'vitest';
import { ManualClock } from '../../../base/clock.ts';
import type { DnsListSetting } from '../settings.ts';
import type { LookUp, TimedAddress } from '../../../protocol/dns/resolver.ts';
import { DnsListDesk } from './dns-list-desk.ts';
import { isCovered, nameOfAddress } from './list-answers.ts';

const ZEN: DnsListSetting = {
  zone: 'zen.example',
  kind: 'client',
  isEnabled: true,
  meanings: [
    { answers: '127.0.0.2', meaning: 'a source of junk', weight: 4 },
    { answers: '127.0.0.4-7', meaning: 'infected', weight: 5 },
  ],
};

type TimedLookUp = LookUp<TimedAddress>;

/** A list with these entries and the two that RFC 5782 asks for. */
function makeDesk(entries: Readonly<Record<string, TimedLookUp>>) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const zone: Readonly<Record<string, TimedLookUp>> = {
    '2.0.0.127.zen.example': listed('127.0.0.2'),
    ...entries,
  };
  const timedA = (name: string): Promise<TimedLookUp> => {
    asked.push(name);
    return Promise.resolve(zone[name] ?? { kind: 'noSuchName' });
  };
  return { desk: new DnsListDesk({ resolver: { timedA }, clock }), asked, clock };
}

function listed(...addresses: readonly string[]): TimedLookUp {
  return { kind: 'found', records: addresses.map((address) => ({ address, ttlSeconds: 60 })) };
}

test('an address is asked for in reverse, IPv6 by nibbles (RFC 5782 §2.1, §2.4)', () => {
  expect(nameOfAddress('192.0.2.99', 'zen.example')).toBe('99.2.0.192.zen.example');
  expect(nameOfAddress('2001:db8:1:2:3:4:567:89ab', 'ugly.example')).toBe(
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example',
  );
  expect(nameOfAddress('::ffff:192.0.2.99', 'zen.example')).toBe('99.2.0.192.zen.example');
});

test.each([
  ['127.0.0.5', '127.0.0.4-7', true],
  ['127.0.0.8', '127.0.0.4-7', false],
  ['127.0.9.2', '127.0.*.2', true],
  ['127.0.0.2', '127.0.0', false],
  ['127.0.0.2', 'nonsense', false],
])('%s is covered by %s: %s', (answer, pattern, expected) => {
  expect(isCovered(answer, pattern)).toBe(expected);
});

test('an answer has the meanings that cover it', async () => {
  const { desk } = makeDesk({ '7.2.0.192.zen.example': listed('127.0.0.2', '127.0.0.6') });
  expect(await desk.ask(ZEN, '192.0.2.7')).toMatchObject({
    kind: 'listed',
    meanings: [{ meaning: 'a source of junk' }, { meaning: 'infected' }],
  });
  expect(await desk.ask(ZEN, '192.0.2.8')).toEqual({ kind: 'notListed' });
});

test('an answer is kept for its time to live, and no longer', async () => {
  const { desk, asked, clock } = makeDesk({ '7.2.0.192.zen.example': listed('127.0.0.2') });
  await Promise.all([desk.ask(ZEN, '192.0.2.7'), desk.ask(ZEN, '192.0.2.7')]);
  clock.advance(59_000);
  await desk.ask(ZEN, '192.0.2.7');
  const count = () => asked.filter((name) => name.startsWith('7.')).length;
  expect(count()).toBe(1);
  clock.advance(2_000);
  await desk.ask(ZEN, '192.0.2.7');
  expect(count()).toBe(2);
});

test.each([
  ['127.255.255.254', 'public resolvers'],
  ['127.255.255.255', 'too often'],
  ['127.255.255.7', 'refuses to answer'],
  ['203.0.113.9', 'names that do not exist'],
])('the answer %s says nothing about the client', async (address, reason) => {
  const { desk } = makeDesk({ '7.2.0.192.zen.example': listed(address) });
  const answer = await desk.ask(ZEN, '192.0.2.7');
  expect(answer).toMatchObject({ kind: 'undetermined' });
  expect(answer.kind === 'undetermined' && answer.reason).toContain(reason);
});

test('a name server that gives no answer says nothing about the client', async () => {
  const { desk } = makeDesk({ '7.2.0.192.zen.example': { kind: 'temporaryFailure', reason: 'no answer' } });
  expect(await desk.ask(ZEN, '192.0.2.7')).toEqual({ kind: 'undetermined', reason: 'no answer' });
});

test('a list that has everything in it is not believed (RFC 5782 §5)', async () => {
  const { desk } = makeDesk({
    '1.0.0.127.zen.example': listed('127.0.0.2'),
    '7.2.0.192.zen.example': listed('127.0.0.2'),
  });
  expect(await desk.ask(ZEN, '192.0.2.7')).toMatchObject({ kind: 'undetermined' });
  expect(desk.stateOf(ZEN)).toMatchObject({ kind: 'broken' });
});

test('a list that is empty is found out, and found well again', async () => {
  const zone = { '2.0.0.127.zen.example': { kind: 'noSuchName' } as TimedLookUp };
  const { desk, clock } = makeDesk(zone);
  expect(desk.stateOf(ZEN)).toEqual({ kind: 'untested' });
  expect(await desk.ask(ZEN, '192.0.2.7')).toMatchObject({ kind: 'undetermined' });
  expect(await desk.testAgain(ZEN)).toMatchObject({ kind: 'broken' });
  clock.advance(61 * 60_000);
  expect(await desk.ask(ZEN, '192.0.2.7')).toMatchObject({ kind: 'undetermined' });
});
