import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeAcme, type FakeAcmeOptions } from '../../../test/support/fake-acme.ts';
import { ManualClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { Listener } from '../../protocol/connection/listener.ts';
import { createHttpsClient } from '../../protocol/https/https-client.ts';
import type { ServeConnection } from '../../protocol/connection/accepted-connection.ts';
import { systemClock } from '../system-clock.ts';
import { AcmeDesk } from './acme-desk.ts';
import { DEFAULT_ACME, type AcmeSettings } from './acme-settings.ts';
import { DnsProofs } from './dns-proofs.ts';
import { hashOfKey } from './tlsa.ts';
import { MemoryCertificateStore } from './memory-certificate-store.ts';
import type { MtaStsSetting } from './mta-sts.ts';
import { WebDoors } from './web-doors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let office: Office;
const stops: (() => unknown)[] = [];

/** Time passes by the test's hand; short waits, as for an order, are over at once. */
class HurriedClock extends ManualClock {
  override after(delayMs: number, callback: () => void) {
    if (delayMs > 2_000) return super.after(delayMs, callback);
    const timer = setTimeout(callback, 1);
    return () => clearTimeout(timer);
  }
}

async function listen(serve: ServeConnection): Promise<number> {
  const secureContext = () => {
    throw new Error('the doors shake hands themselves');
  };
  const options = { serve, tlsMode: 'starttls' as const, secureContext, busyLine: '' };
  const listener = new Listener({ ...options, clock: systemClock, logger: silentLogger });
  const bound = await listener.listen('127.0.0.1', 0);
  if (!bound.ok) throw new Error(bound.error.detail);
  stops.push(() => {
    listener.stopAccepting();
    listener.destroyConnections();
  });
  return bound.value;
}

/** An office with web doors, and the authority that looks at them. */
class Office {
  readonly clock = new HurriedClock(Date.now());
  readonly store = new MemoryCertificateStore();
  readonly records = new Map<string, readonly string[]>();
  acme: AcmeSettings = { ...DEFAULT_ACME, isOn: true };
  mtaSts: readonly MtaStsSetting[] = [];
  authority!: FakeAcme;
  proofs!: DnsProofs;
  ports = { http: 1, https: 1 };

  async open(options: Partial<FakeAcmeOptions> = {}): Promise<AcmeDesk> {
    const { clock, store } = this;
    const txt = (name: string) => this.records.get(name) ?? [];
    this.authority = await FakeAcme.start({
      httpPort: () => this.ports.http,
      tlsPort: () => this.ports.https,
      txt,
      ...options,
    });
    stops.push(() => this.authority.stop());
    this.acme = { ...this.acme, directoryUrl: this.authority.directoryUrl };
    const doors = new WebDoors({
      clock: systemClock,
      secureContext: () => {
        throw new Error('no page here');
      },
      policyAt: () => null,
    });
    stops.push(() => doors.stop());
    this.ports = { http: await listen(doors.serveHttp), https: await listen(doors.serveHttps) };
    const look = (name: string) => Promise.resolve({ kind: 'found', records: txt(name) } as const);
    this.proofs = new DnsProofs({ resolver: { txt: look }, clock, onChange: () => undefined });
    const solvers = {
      'http-01': doors.httpSolver,
      'tls-alpn-01': doors.tlsSolver,
      'dns-01': this.proofs.solver,
    };
    const realTime: Clock = systemClock;
    const desk = new AcmeDesk({
      store,
      settings: () => ({ hostname: 'mail.example.com', acme: this.acme, mtaSts: this.mtaSts }),
      solvers,
      send: createHttpsClient({
        clock: realTime,
        timeoutMs: 5_000,
        maxOctets: 100_000,
        trusted: () => [this.authority.authority.root],
      }),
      clock,
      randomBytes,
      logger: silentLogger,
      userAgent: 'Postroom/test',
      onObtained: () => Promise.resolve(),
    });
    await desk.open();
    stops.push(() => desk.stop());
    return desk;
  }
}

beforeEach(() => {
  office = new Office();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const jobOf = (desk: AcmeDesk, purpose = 'server') => {
  const found = desk.list().find((job) => job.purpose === purpose);
  if (found === undefined) throw new Error(`no job ${purpose}`);
  return found;
};

describe('a certificate of an authority', () => {
  it.each(['http-01', 'tls-alpn-01'] as const)(
    'is obtained by %s, which the authority tries at our own doors',
    async (challenge) => {
      office.acme = { ...office.acme, challenge, names: ['imap.example.com'] };
      const desk = await office.open({ refusesNonceEvery: 4 });
      await desk.obtainDue();
      const { facts, problem, dueAt } = jobOf(desk);
      expect(problem).toBeNull();
      expect(facts?.names).toEqual(['mail.example.com', 'imap.example.com']);
      // A third of ninety days before its end.
      expect(Math.round((dueAt - office.clock.now()) / DAY_MS)).toBe(60);
    },
  );

  it('is proved by a record that somebody publishes by hand, once DNS has it', async () => {
    office.acme = { ...office.acme, challenge: 'dns-01', names: ['*.mail.example.com'] };
    const desk = await office.open();
    const obtaining = desk.obtainDue();
    while (office.proofs.records.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await office.proofs.look();
    expect(office.proofs.records.map(({ lookedAt }) => lookedAt)).not.toContain(null);
    const { records } = office.proofs;
    expect(new Set(records.map(({ name }) => name))).toEqual(new Set(['_acme-challenge.mail.example.com']));
    office.records.set(
      '_acme-challenge.mail.example.com',
      records.map(({ value }) => value),
    );
    await office.proofs.look();
    await obtaining;
    expect(jobOf(desk).facts?.names).toContain('*.mail.example.com');
  });

  it('is renewed a third of its life before its end, with the key that it has', async () => {
    const desk = await office.open();
    await desk.obtainDue();
    const first = jobOf(desk);
    office.clock.advance(59 * DAY_MS);
    await desk.obtainDue();
    expect(jobOf(desk).facts?.fingerprint).toBe(first.facts?.fingerprint);
    office.clock.advance(2 * DAY_MS);
    await desk.obtainDue();
    const second = jobOf(desk);
    expect(second.facts?.fingerprint).not.toBe(first.facts?.fingerprint);
    expect(hashOfKey(second.key ?? '')).toBe(hashOfKey(first.key ?? ''));
  });

  it('gets the key that was planned and published before', async () => {
    const desk = await office.open();
    await desk.obtainDue();
    await desk.planKey('server');
    const { nextKey, key } = jobOf(desk);
    expect(nextKey).not.toBe(key);
    await desk.renew('server', { withNewKey: false });
    expect(jobOf(desk)).toMatchObject({ key: nextKey, nextKey: null });
  });

  it('is asked for at once when its names change, and those of policies apart', async () => {
    const desk = await office.open();
    await desk.obtainDue();
    office.acme = { ...office.acme, names: ['pop.example.com'] };
    office.mtaSts = [{ domain: 'example.com', mode: 'testing' }];
    await desk.follow();
    await desk.obtainDue();
    expect(jobOf(desk).facts?.names).toContain('pop.example.com');
    expect(jobOf(desk, 'mta-sts.example.com').facts?.names).toEqual(['mta-sts.example.com']);
    office.mtaSts = [];
    await desk.follow();
    expect((await office.store.listAcme()).map(({ purpose }) => purpose)).toEqual(['server']);
  });
});

describe('a failure', () => {
  it('of one name ends the wait for the records of others', async () => {
    office.acme = { ...office.acme, challenge: 'dns-01', names: ['other.example.com'] };
    const desk = await office.open();
    const obtaining = desk.obtainDue();
    while (office.proofs.records.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    office.clock.advance(7 * DAY_MS);
    await office.proofs.look();
    await obtaining;
    expect(jobOf(desk).problem).toContain('nobody published the record _acme-challenge.');
    expect(office.proofs.records).toEqual([]);
  });

  it('is told, and tried again later and later, with what we had staying in use', async () => {
    const desk = await office.open();
    await desk.obtainDue();
    const { facts } = jobOf(desk);
    office.ports.http = 1;
    office.clock.advance(61 * DAY_MS);
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      await desk.obtainDue();
      const job = jobOf(desk);
      waits.push((job.dueAt - office.clock.now()) / MINUTE_MS);
      office.clock.advance(job.dueAt - office.clock.now());
    }
    expect(jobOf(desk)).toMatchObject({
      failures: 9,
      facts,
      problem: expect.stringContaining('mail.example.com: http-01') as string,
    });
    for (const [index, wait] of waits.entries()) {
      const base = Math.min(15 * 2 ** index, 24 * 60);
      expect(wait).toBeGreaterThanOrEqual(base);
      expect(wait).toBeLessThanOrEqual(base * 1.25 + 1);
    }
  });

  it('is not tried sooner than the authority asks (RFC 8555 §6.6)', async () => {
    const desk = await office.open();
    office.authority.limitedForSeconds = 3 * 24 * 3600;
    await desk.obtainDue();
    expect(jobOf(desk).dueAt - office.clock.now()).toBeGreaterThanOrEqual(3 * DAY_MS);
    const asked = office.authority.log.length;
    office.clock.advance(2 * DAY_MS);
    await desk.obtainDue();
    expect(office.authority.log.length).toBe(asked);
  });

  it('is remembered by the next start', async () => {
    const desk = await office.open();
    office.authority.limitedForSeconds = 3600;
    await desk.obtainDue();
    const { dueAt, problem } = jobOf(desk);
    const again = await office.open();
    expect(jobOf(again)).toMatchObject({ dueAt, problem, failures: 1 });
  });

  it('because the authority has forgotten the account makes a new one', async () => {
    const desk = await office.open();
    await desk.obtainDue();
    office.authority.forgetAccounts();
    await desk.renew('server', { withNewKey: false });
    expect(jobOf(desk).problem).toContain('no such account');
    await desk.renew('server', { withNewKey: false });
    expect(jobOf(desk).problem).toBeNull();
  });

  it('to reach the authority says so', async () => {
    const desk = await office.open();
    await office.authority.stop();
    await desk.obtainDue();
    expect(jobOf(desk).problem).toContain('localhost');
  });
});
