import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../base/clock.ts';
import type { LookUp } from '../../../protocol/dns/resolver.ts';
import { HttpsError, type HttpsReply } from '../../../protocol/https/https-client.ts';
import { MemoryTlsPolicyStore } from './memory-tls-policy-store.ts';
import { MtaStsFinder } from './mta-sts-finder.ts';
import { coversHost, parsePolicy, readPolicyId } from './mta-sts-policy.ts';

const POLICY = 'version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 604800\n';
const DAY_MS = 24 * 60 * 60_000;

describe('the TXT record (RFC 8461 §3.1)', () => {
  it.each([
    ['v=STSv1; id=20160831085700Z;', '20160831085700Z'],
    ['v=STSv1;id=a', 'a'],
    ['v=STSv1; x=y; id=b2', 'b2'],
  ])('%s', (record, id) => {
    expect(readPolicyId(['v=spf1 -all', record])).toBe(id);
  });

  it.each([
    [[]],
    [['v=STSv2; id=a']],
    [['v=STSv1; id=not-alphanumeric']],
    [[`v=STSv1; id=${'a'.repeat(33)}`]],
    [['v=STSv1; id=a', 'v=STSv1; id=b']],
    [['id=a; v=STSv1']],
  ])('%j is none', (records) => {
    expect(readPolicyId(records)).toBeNull();
  });
});

describe('the policy (RFC 8461 §3.2)', () => {
  it('is read with either line end, unknown fields passed over', () => {
    const wanted = { mode: 'enforce', mx: ['mail.example.com', '*.example.net'], maxAgeSeconds: 604_800 };
    expect(parsePolicy(POLICY)).toEqual(wanted);
    expect(parsePolicy(`${POLICY.replaceAll('\n', '\r\n')}new: field\r\n`)).toEqual(wanted);
  });

  it('may be that there is none', () => {
    expect(parsePolicy('version: STSv1\nmode: none\nmax_age: 86400\n')).toMatchObject({
      mode: 'none',
      mx: [],
    });
  });

  it.each([
    ['no version', 'mode: enforce\nmx: a.example\nmax_age: 1\n'],
    ['no mode', 'version: STSv1\nmx: a.example\nmax_age: 1\n'],
    ['a mode that there is not', 'version: STSv1\nmode: strict\nmx: a.example\nmax_age: 1\n'],
    ['no host', 'version: STSv1\nmode: enforce\nmax_age: 1\n'],
    ['an age that is none', 'version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1\n'],
    ['HTML', '<html>version: STSv1</html>'],
  ])('with %s is none', (_, text) => {
    expect(parsePolicy(text)).toBeNull();
  });

  it('never breaks its reader, and keeps its bounds', () => {
    const field = fc.constantFrom(
      'version: STSv1',
      'mode: enforce',
      'mx: *.a.example',
      'max_age: 99999999999',
      'max_age: 9999999999',
      ':',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(field, fc.string())), (lines) => {
        const policy = parsePolicy(lines.join('\n'));
        expect(policy === null || policy.maxAgeSeconds <= 31_557_600).toBe(true);
      }),
    );
  });

  it('names hosts, and one label by a star (RFC 8461 §4.1)', () => {
    const policy = parsePolicy(POLICY);
    if (policy === null) throw new Error('no policy');
    const covered = ['mail.example.com', 'MAIL.example.com', 'mx1.example.net'].map((host) =>
      coversHost(policy, host),
    );
    const others = ['example.net', 'a.b.example.net', 'mx.example.com', 'x'].map((host) =>
      coversHost(policy, host),
    );
    expect([...covered, ...others]).toEqual([true, true, true, false, false, false, false]);
  });
});

class World {
  readonly clock = new ManualClock();
  readonly store = new MemoryTlsPolicyStore();
  record: LookUp<string> = { kind: 'found', records: ['v=STSv1; id=1;'] };
  reply: HttpsReply | HttpsError = page(POLICY);
  fetched: string[] = [];

  start(): MtaStsFinder {
    return new MtaStsFinder({
      clock: this.clock,
      store: this.store,
      resolver: { txt: () => Promise.resolve(this.record) },
      fetch: ({ url }) => {
        this.fetched.push(url);
        return this.reply instanceof HttpsError ? Promise.reject(this.reply) : Promise.resolve(this.reply);
      },
    });
  }
}

function page(text: string, more: Partial<HttpsReply> = {}): HttpsReply {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text), ...more };
}

describe('a domain’s policy', () => {
  it('is fetched once for its id, and kept over restarts', async () => {
    const world = new World();
    expect((await world.start().find('example.com')).policy?.mode).toBe('enforce');
    world.clock.advance(DAY_MS);
    expect((await world.start().find('example.com')).policy?.mode).toBe('enforce');
    expect(world.fetched).toEqual(['https://mta-sts.example.com/.well-known/mta-sts.txt']);
  });

  it('is fetched anew when its id changes', async () => {
    const world = new World();
    const finder = world.start();
    await finder.find('example.com');
    world.record = { kind: 'found', records: ['v=STSv1; id=2;'] };
    world.reply = page(POLICY.replace('enforce', 'testing'));
    expect((await finder.find('example.com')).policy?.mode).toBe('enforce');
    world.clock.advance(5 * 60_000);
    expect((await finder.find('example.com')).policy?.mode).toBe('testing');
  });

  it('holds while nobody can be asked, and though its record is gone, until its time is over (RFC 8461 §5)', async () => {
    const world = new World();
    await world.start().find('example.com');
    for (const record of [{ kind: 'temporaryFailure', reason: 'silence' }, { kind: 'noSuchName' }] as const) {
      world.record = record;
      expect((await world.start().find('example.com')).policy?.mode).toBe('enforce');
    }
    world.record = { kind: 'found', records: ['v=STSv1; id=2;'] };
    world.reply = new HttpsError('unreachable', 'mta-sts.example.com did not answer in time');
    expect(await world.start().find('example.com')).toMatchObject({
      policy: { mode: 'enforce' },
      failure: { kind: 'sts-policy-fetch-error' },
    });
    world.clock.advance(8 * DAY_MS);
    expect((await world.start().find('example.com')).policy).toBeNull();
  });

  it.each([
    [new HttpsError('certificate', 'mta-sts.example.com: self-signed'), 'sts-webpki-invalid'],
    [new HttpsError('tooLarge', 'too long'), 'sts-policy-fetch-error'],
    [page(POLICY, { status: 404 }), 'sts-policy-fetch-error'],
    [page(POLICY, { status: 302 }), 'sts-policy-fetch-error'],
    [page(POLICY, { headers: { 'content-type': 'text/html' } }), 'sts-policy-fetch-error'],
    [page('nothing of the kind'), 'sts-policy-invalid'],
  ])('that cannot be had is none, and the reason is told: %#', async (reply, kind) => {
    const world = new World();
    world.reply = reply;
    expect(await world.start().find('example.com')).toMatchObject({ policy: null, failure: { kind } });
  });

  it('costs domains that have none one look in five minutes', async () => {
    const world = new World();
    world.record = { kind: 'noSuchName' };
    const finder = world.start();
    const first = finder.find('example.com');
    expect(finder.find('example.com')).toBe(first);
    expect(await first).toEqual({ policy: null, failure: null });
    expect(world.fetched).toEqual([]);
  });
});
