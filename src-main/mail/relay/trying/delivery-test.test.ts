import { describe, expect, it } from 'vitest';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { ScriptedServer } from '../../../../test/support/scripted-server.ts';
import { ManualClock } from '../../../base/clock.ts';
import type { Route } from '../../routing/port.ts';
import { createTlsPolicyFinder, type TlsPolicySources } from '../tls-policy/choose-tls-policy.ts';
import type { DeliveryTestEvent } from './delivery-test-events.ts';
import { testDelivery } from './delivery-test.ts';

const TO_PARTNER: Route = { kind: 'relay', nextHop: { kind: 'mx', domain: 'partner.example' } };
const DNS: Zone = {
  'partner.example': {
    MX: [
      [10, 'mx1.partner.example'],
      [20, 'mx2.partner.example'],
    ],
  },
  'mx1.partner.example': { A: ['192.0.2.25'] },
  'mx2.partner.example': { A: ['192.0.2.26'] },
};
const ACCEPTING = `
  S: 220 mx.partner.example
  C: EHLO mail.server1.com
  S: 250-mx.partner.example
  S: 250 SIZE 1000000
  C: MAIL FROM:<postmaster@server1.com> SIZE=1000
  S: 250 2.1.0 Ok
  C: RCPT TO:<anna@partner.example>
  S: 250 2.1.5 Ok
  C: QUIT
  S: 221 Bye
`;
const REFUSING = ACCEPTING.replace('250 2.1.5 Ok', '550 5.1.1 No such user');
const GREYLISTING = ACCEPTING.replace('250 2.1.5 Ok', '450 4.2.0 Come again');

interface Setting {
  readonly route?: Route;
  readonly everyHost?: boolean;
  readonly dns?: Zone;
  readonly policies?: Partial<TlsPolicySources>;
  readonly signal?: AbortSignal;
}

async function run(server: ScriptedServer, setting: Setting = {}) {
  const events: DeliveryTestEvent[] = [];
  const { route = TO_PARTNER, everyHost = false, dns = DNS, policies = {} } = setting;
  const signal = setting.signal ?? new AbortController().signal;
  const test = testDelivery(
    { address: 'anna@partner.example', reversePath: 'postmaster@server1.com', everyHost, signal },
    {
      connect: server.connect,
      transcripts: new MemoryTranscripts(),
      clock: new ManualClock(),
      randomBytes: (length) => new Uint8Array(length),
      hostname: () => 'mail.server1.com',
      resolver: memoryResolver(dns),
      isOwnListener: () => false,
      mxPort: 25,
      router: { route: () => Promise.resolve(route) },
      tlsPolicies: createTlsPolicyFinder({
        findMtaSts: () => Promise.resolve({ policy: null, failure: null }),
        findDane: () => Promise.resolve({ kind: 'none' }),
        ...policies,
      }),
    },
  );
  for await (const event of test) events.push(event);
  const of = <T extends DeliveryTestEvent['type']>(type: T) =>
    events.filter((event): event is Extract<DeliveryTestEvent, { type: T }> => event.type === type);
  return { of, done: of('done')[0]?.verdict };
}

describe('a delivery test', () => {
  it('goes through every phase up to the recipient, and sends nothing', async () => {
    const server = new ScriptedServer(ACCEPTING);
    const { of, done } = await run(server);
    expect(server.surprises).toEqual([]);
    expect(server.contents).toEqual([]);
    expect(of('phase').map(({ phase }) => phase)).toEqual([
      ...['route', 'hosts', 'mtaSts', 'tlsa'],
      ...['connect', 'greeting', 'hello', 'mail', 'rcpt', 'close'],
    ]);
    expect(of('fact').map(({ text }) => text)).toEqual([
      'partner.example',
      'mx1.partner.example [192.0.2.25]:25',
      'mx2.partner.example [192.0.2.26]:25',
    ]);
    expect(done).toEqual({ kind: 'accepted', host: 'mx1.partner.example', reply: '250 2.1.5 Ok' });
  });

  it('goes to the next host where the first does not talk to us, as mail would', async () => {
    const { of, done } = await run(new ScriptedServer('REFUSED', ACCEPTING));
    expect(of('hostVerdict').map(({ verdict }) => [verdict.host, verdict.kind])).toEqual([
      ['mx1.partner.example', 'unreachable'],
      ['mx2.partner.example', 'accepted'],
    ]);
    expect(done?.kind).toBe('accepted');
  });

  it('ends with the host that refuses for good, unless every host is to be asked', async () => {
    expect((await run(new ScriptedServer(REFUSING))).done).toMatchObject({
      kind: 'refused',
      reply: expect.stringContaining('550 5.1.1 No such user'),
    });
    const { of, done } = await run(new ScriptedServer(REFUSING, ACCEPTING), { everyHost: true });
    expect(of('hostVerdict').map(({ verdict }) => verdict.kind)).toEqual(['refused', 'accepted']);
    expect(done?.kind).toBe('refused');
  });

  it('tells that mail would be tried again where every host puts it off', async () => {
    const { done } = await run(new ScriptedServer(GREYLISTING, GREYLISTING));
    expect(done).toMatchObject({ kind: 'later', reply: expect.stringContaining('450 4.2.0') });
  });

  it('says MAIL was refused where the sender is not wanted', async () => {
    const server = new ScriptedServer(`
      S: 220 mx
      C: EHLO mail.server1.com
      S: 250 mx
      C: MAIL FROM:<postmaster@server1.com>
      S: 550 5.7.1 Go away
      C: QUIT
    `);
    const { of, done } = await run(server);
    expect(of('phase').map(({ phase }) => phase)).not.toContain('rcpt');
    expect(done).toMatchObject({ kind: 'refused', reply: expect.stringContaining('5.7.1 Go away') });
  });

  it('does not go to a host that the policy of the domain excludes, and says so', async () => {
    const policy = { mode: 'enforce', mx: ['mx2.partner.example'], maxAgeSeconds: 86_400 } as const;
    const findMtaSts = () => Promise.resolve({ policy, failure: null });
    const server = new ScriptedServer('REFUSED');
    const { of } = await run(server, { policies: { findMtaSts } });
    expect(server.targets.map(({ address }) => address)).toEqual(['192.0.2.26']);
    expect(of('fact').filter(({ isDoubt }) => isDoubt)).toMatchObject([
      { text: expect.stringContaining('mx1.partner.example is not among the hosts') },
    ]);
  });

  it('names DNS failures and keys that do not fit as doubts', async () => {
    const findDane = () => Promise.resolve({ kind: 'failed', reason: 'SERVFAIL' } as const);
    const { of, done } = await run(new ScriptedServer(), { policies: { findDane } });
    expect(of('fact').filter(({ isDoubt }) => isDoubt).length).toBeGreaterThan(0);
    expect(done?.kind).toBe('unreachable');
  });

  it.each<readonly [string, Zone, string]>([
    ['that is not there', {}, 'There is no domain partner.example'],
    ['that takes no mail', { 'partner.example': { MX: [[0, '']] } }, 'null MX'],
  ])('a domain %s ends at the hosts', async (...[, dns, reply]) => {
    const { of, done } = await run(new ScriptedServer(), { dns });
    expect(of('phase').map(({ phase }) => phase)).toEqual(['route', 'hosts']);
    expect(done).toMatchObject({ kind: 'noWay', reply: expect.stringContaining(reply) });
  });

  it('says of an address of ours that its mail stays here', async () => {
    const route: Route = {
      kind: 'undeliverable',
      status: '5.1.1',
      reason: 'unknownRecipient',
      text: 'There is no such address here',
    };
    expect((await run(new ScriptedServer(), { route })).done).toEqual({
      ...{ kind: 'noWay', host: null },
      reply: '550 5.1.1 There is no such address here',
    });
  });

  it('closes a connection that says nothing when it is stopped', async () => {
    const stopping = new AbortController();
    const server = new ScriptedServer('SILENCE', 'SILENCE');
    setTimeout(() => stopping.abort(), 20);
    expect((await run(server, { signal: stopping.signal })).done).toMatchObject({ kind: 'stopped' });
    expect(server.targets).toHaveLength(1);
  });
});
