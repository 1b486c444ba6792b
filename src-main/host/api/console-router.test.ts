import { call, createRouterClient, ORPCError } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld, listenerAt } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { FeedEvent } from '../../contract/feed.ts';
import type { SessionSummary } from '../../observe/port.ts';
import { hashOfKey } from '../certificates/tlsa.ts';
import { createConsoleRouter, type ConsoleRouter } from './router.ts';
import type { ConsoleContext, Visitor } from './services.ts';

let clock: ManualClock;
let world: ConsoleWorld;
let router: ConsoleRouter;

beforeEach(async () => {
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  router = createConsoleRouter(world.services());
  await world.administrators.put({ name: 'admin', password: 'correct horse' });
  await world.directory.addDomain('server1.com');
});

function visitor(facts: Partial<Visitor> = {}): Visitor {
  return {
    shell: 'browser',
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
    ...facts,
  };
}

function clientOf(facts: Partial<Visitor> = {}) {
  return createRouterClient(router, { context: { visitor: visitor(facts) } satisfies ConsoleContext });
}

async function addTom(): Promise<number> {
  const { id } = await clientOf().accounts.add({
    localPart: 'tom',
    domain: 'server1.com',
    name: 'Tom',
    password: 'tom reads mail',
    quotaBytes: null,
  });
  return id;
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Reads on without waiting for ever: what a feed says until time has moved on by `ms`. */
async function nextAfter<S, C>(feed: AsyncIterator<FeedEvent<S, C>>, ms: number): Promise<FeedEvent<S, C>> {
  const next = feed.next();
  await settle();
  clock.advance(ms);
  await settle();
  const { value, done } = await next;
  if (done === true) throw new Error('the feed has ended');
  return value;
}

describe('who may call', () => {
  it('refuses every call of every area to somebody who is not signed in', async () => {
    const open = [
      ...['state', 'signIn', 'confirm', 'challenge', 'confirmPasskey', 'signOut'].map(
        (name) => `session.${name}`,
      ),
      ...['createAdministrator', 'findBackups', 'restoreBackup', 'restoreProgress', 'cancelRestore'].map(
        (name) => `setup.${name}`,
      ),
    ];
    const context = { visitor: visitor({ administrator: () => null }) };
    const refused: string[] = [];
    const procedures = Object.entries(router).flatMap(([area, calls]) =>
      Object.entries(calls).map(([name, procedure]) => [`${area}.${name}`, procedure] as const),
    );
    for (const [name, procedure] of procedures) {
      if (open.includes(name)) continue;
      const error = await call(procedure as never, {}, { context }).then(
        () => null,
        (problem: unknown) => problem,
      );
      if (error instanceof ORPCError && error.code === 'UNAUTHORIZED') refused.push(name);
    }
    expect(refused).toEqual(procedures.map(([name]) => name).filter((name) => !open.includes(name)));
    expect(refused.length).toBeGreaterThan(20);
  });

  it('says what state the server is in', async () => {
    expect(await clientOf({ administrator: () => null }).session.state()).toEqual({ kind: 'needsSignIn' });
    expect(await clientOf().session.state()).toMatchObject({ kind: 'signedIn', administrator: 'admin' });
    const fresh = createConsoleRouter(new ConsoleWorld({ clock }).services());
    const stranger = createRouterClient(fresh, { context: { visitor: visitor({ isLocal: false }) } });
    expect(await stranger.session.state()).toEqual({
      kind: 'needsSetup',
      mayBegin: false,
    });
  });

  it('does not sign in where no cookie can be set', async () => {
    await expect(
      clientOf().session.signIn({ name: 'admin', password: 'correct horse' }),
    ).rejects.toMatchObject({ code: 'REFUSED', data: { reason: 'cannotSignInHere' } });
  });
});

describe('accounts', () => {
  it('lists with usage, filtered and paged in the host', async () => {
    const id = await addTom();
    world.mailStore.put(id, { messages: 3, unread: 1, bytes: 4096 });
    const page = await clientOf().accounts.list({ text: 'TOM' });
    expect(page).toMatchObject({
      total: 1,
      items: [{ address: 'tom@server1.com', usedBytes: 4096, messages: 3, unread: 1, aliases: [] }],
    });
    expect(await clientOf().accounts.list({ text: 'nobody' })).toEqual({ items: [], total: 0 });
    expect(await clientOf().accounts.list({ offset: 1, limit: 1 })).toEqual({ items: [], total: 1 });
  });

  it('says why an account cannot be added', async () => {
    await addTom();
    await expect(addTom()).rejects.toMatchObject({ code: 'REFUSED', data: { reason: 'addressTaken' } });
  });

  it('refuses input out of bounds before it reaches the directory', async () => {
    const tooLong = { localPart: 'x'.repeat(65), domain: 'server1.com', name: '', password: 'long enough' };
    await expect(clientOf().accounts.add({ ...tooLong, quotaBytes: null })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(clientOf().accounts.list({ limit: 1_000_000 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('tells what goes with an account, and takes its address out of the aliases', async () => {
    const id = await addTom();
    world.mailStore.put(id, { messages: 3, unread: 1, bytes: 4096 });
    const anna = { localPart: 'anna', domain: 'server1.com', name: '', password: 'anna reads mail' };
    await clientOf().accounts.add({ ...anna, quotaBytes: null });
    const domain = 'server1.com';
    await clientOf().aliases.put({
      localPart: 'both',
      domain,
      targets: ['tom@server1.com', 'anna@server1.com'],
    });
    await clientOf().aliases.put({ localPart: 'only', domain, targets: ['Tom@server1.com'] });
    const expected = {
      address: 'tom@server1.com',
      messages: 3,
      sizeBytes: 4096,
      mailboxes: 6,
      aliasesShortened: ['both@server1.com'],
      aliasesEmptied: ['only@server1.com'],
    };
    expect(await clientOf().accounts.previewRemoval({ id })).toEqual(expected);
    expect(await clientOf().accounts.remove({ id })).toEqual(expected);
    expect((await clientOf().aliases.list({})).items).toMatchObject([
      { address: 'both@server1.com', targets: ['anna@server1.com'] },
    ]);
  });

  it('shows a change of the list without being asked', async () => {
    const feed = await clientOf().accounts.watch({});
    expect(await nextAfter(feed, 0)).toMatchObject({ seq: 0, snapshot: { total: 0 } });
    await addTom();
    expect(await nextAfter(feed, 1000)).toMatchObject({ seq: 1, type: 'snapshot', snapshot: { total: 1 } });
    await feed.return?.(undefined);
  });
});

describe('messages', () => {
  const summary = (traceId: string, receivedAt: number) => ({
    traceId,
    receivedAt,
    via: 'submission' as const,
    reversePath: 'tom@server1.com',
    author: 'Tom <tom@server1.com>',
    recipients: ['anna@server1.com'],
    subject: 'Lunch',
    messageId: null,
    sizeBytes: 900,
    state: 'waiting' as const,
  });
  const received = (traceId: string) => ({
    traceId,
    at: 1,
    type: 'queued' as const,
    recipients: ['anna@server1.com'],
  });

  it('sends the first page, then only rows that are new or changed', async () => {
    world.timelines.put(summary('a', 1), []);
    const feed = await clientOf().messages.watch({});
    expect(await nextAfter(feed, 0)).toMatchObject({
      snapshot: { items: [{ traceId: 'a' }], hasMore: false },
    });
    world.timelines.put(summary('b', 2), []);
    world.meter.emit(received('b'));
    expect(await nextAfter(feed, 1000)).toEqual({
      type: 'changes',
      seq: 1,
      changes: [expect.objectContaining({ traceId: 'b' })],
    });
    await feed.return?.(undefined);
  });

  it('shows a timeline as it grows, even before there is one', async () => {
    const feed = await clientOf().messages.watchTimeline({ traceId: 'c' });
    expect(await nextAfter(feed, 0)).toMatchObject({ snapshot: null });
    world.timelines.put(summary('c', 3), [received('c')]);
    world.meter.emit(received('c'));
    expect(await nextAfter(feed, 1000)).toMatchObject({ snapshot: { events: [{ type: 'queued' }] } });
    await feed.return?.(undefined);
  });

  it('says that a message is not known', async () => {
    await expect(clientOf().messages.timeline({ traceId: 'zzz' })).rejects.toMatchObject({
      data: { reason: 'noSuchMessage' },
    });
  });
});

describe('transcripts', () => {
  const session = (id: string, facts: Partial<SessionSummary> = {}): SessionSummary => ({
    id,
    protocol: 'smtp',
    direction: 'in',
    remoteAddress: '198.51.100.7',
    remotePort: 4000,
    localPort: 25,
    remoteName: 'client.example',
    account: null,
    tls: null,
    startedAt: clock.now(),
    endedAt: null,
    end: null,
    messages: 0,
    lastError: null,
    lineCount: 0,
    ...facts,
  });
  const line = (text: string) => ({ offsetMs: 1, kind: 'client' as const, phase: 'connect' as const, text });

  it('shows sessions as they open, but only those the filter asks for', async () => {
    const feed = await clientOf().transcripts.watch({ protocol: 'imap', text: 'ANNA' });
    await nextAfter(feed, 0);
    world.transcripts.open(session('s1'));
    world.transcripts.open(session('s2', { protocol: 'imap', account: 'anna@server1.com' }));
    const event = await nextAfter(feed, 1000);
    expect(event).toMatchObject({ type: 'changes', changes: [{ id: 's2' }] });
    await feed.return?.(undefined);
  });

  it('sends each line of a dialogue once, however often it is told of', async () => {
    world.transcripts.open(session('s1'));
    world.transcripts.say('s1', [line('EHLO a')]);
    const feed = await clientOf().transcripts.watchSession({ sessionId: 's1' });
    expect(await nextAfter(feed, 0)).toMatchObject({ snapshot: { lines: [{ text: 'EHLO a' }] } });
    world.transcripts.say('s1', [line('MAIL FROM:<a@b>')]);
    world.transcripts.say('s1', [line('RCPT TO:<c@d>')]);
    expect(await nextAfter(feed, 1000)).toMatchObject({
      type: 'changes',
      changes: [{ lines: [{ text: 'MAIL FROM:<a@b>' }, { text: 'RCPT TO:<c@d>' }] }],
    });
    await feed.return?.(undefined);
  });

  it('gives a subscriber that is too slow a new snapshot instead of a thousand changes', async () => {
    const feed = await clientOf().transcripts.watch({});
    await nextAfter(feed, 0);
    for (let i = 0; i < 1500; i++) world.transcripts.open(session(`s${String(i)}`));
    expect(await nextAfter(feed, 1000)).toMatchObject({ type: 'snapshot', seq: 1 });
    await feed.return?.(undefined);
  });
});

describe('overview', () => {
  async function overviewNow() {
    const feed = await clientOf().overview.watch();
    const event = await nextAfter(feed, 0);
    await feed.return?.(undefined);
    if (event.type !== 'snapshot') throw new Error('no snapshot');
    return event.snapshot;
  }

  it('rates what happened in the last minute and calls the rest idle', async () => {
    world.meter.count('submitted', clock.now(), 4);
    const { stages } = await overviewNow();
    expect(stages.find((stage) => stage.stage === 'submission')).toEqual({
      stage: 'submission',
      state: 'ok',
      problem: null,
      perMinute: 4,
      inside: 0,
    });
    expect(stages.find((stage) => stage.stage === 'pop3')).toMatchObject({ state: 'idle' });
  });

  it('says of relaying how much leaves, and warns while a next hop refuses us', async () => {
    world.meter.count('relayed', clock.now(), 3);
    const relay = async () => (await overviewNow()).stages.find(({ stage }) => stage === 'relay');
    expect(await relay()).toMatchObject({ state: 'ok', perMinute: 3, problem: null });
    world.meter.count('relayFailed', clock.now());
    expect(await relay()).toMatchObject({ state: 'warning', problem: 'relayingFails' });
    const rest = { restsUntil: clock.now() + 60_000, reason: '421 4.7.0 Try again later' };
    world.nextHops.put({ name: 'partner.example', sessions: 0, waiting: 5, ...rest });
    expect(await relay()).toMatchObject({ state: 'warning', problem: 'nextHopsRest' });
  });

  it.each([
    ['hour', 60, 60_000],
    ['day', 96, 15 * 60_000],
    ['week', 84, 2 * 3_600_000],
    ['month', 120, 6 * 3_600_000],
  ] as const)(
    'draws the bars of a whole %s, the minute that runs in the last one',
    async (span, bars, barMs) => {
      const flown = (ageMs: number, received: number) => ({
        ...{ start: clock.now() - ageMs, counts: { received } },
        ...{ mostWaiting: received, oldestMs: 1000 * received },
      });
      await world.flow.add(flown(3 * barMs, 2));
      await world.flow.add(flown(3 * barMs, 3));
      world.meter.count('received', clock.now(), 4);
      const feed = await clientOf().overview.watchHistory({ span });
      const event = await nextAfter(feed, 0);
      await feed.return?.(undefined);
      if (event.type !== 'snapshot') throw new Error('no snapshot');
      const { snapshot } = event;
      expect(snapshot).toMatchObject({ span, barMs });
      expect(snapshot.bars).toHaveLength(bars);
      expect(snapshot.bars.at(-1)).toMatchObject({ received: 4, mostWaiting: 0 });
      expect(snapshot.bars.at(-4)).toMatchObject({ received: 5, mostWaiting: 3, oldestMs: 3000 });
      expect(snapshot.bars.filter(({ received }) => received > 0)).toHaveLength(2);
    },
  );

  it('calls a server working for a minute after its last session', async () => {
    world.transcripts.lastSessionAt.pop3 = clock.now();
    const pop3 = async () => (await overviewNow()).stages.find((stage) => stage.stage === 'pop3')?.state;
    clock.advance(59_000);
    expect(await pop3()).toBe('ok');
    clock.advance(1_000);
    expect(await pop3()).toBe('idle');
  });

  it('shows a listener that failed in its box and among the things that need somebody', async () => {
    world.listenerStates = [
      listenerAt('imap', 143),
      { ...listenerAt('imaps', 993), state: 'failed', port: null, problem: 'portTaken' },
      { ...listenerAt('smtp', 25), state: 'failed', port: null, problem: 'needsRights' },
    ];
    const { stages, attention } = await overviewNow();
    expect(stages.find((stage) => stage.stage === 'imap')).toMatchObject({ problem: 'listenerPartlyFailed' });
    expect(stages.find((stage) => stage.stage === 'reception')).toMatchObject({ state: 'error' });
    expect(stages.find((stage) => stage.stage === 'pop3')).toMatchObject({ state: 'off' });
    expect(attention.slice(0, 2).map((item) => item.severity)).toEqual(['error', 'error']);
  });

  it('names what needs somebody, worst first', async () => {
    world.freeBytes = 2 ** 29;
    world.certificateState = { ...world.certificateState, notAfter: clock.now() + 86_400_000 };
    await world.settings.change({ allowCleartextAuth: true });
    const { attention } = await overviewNow();
    expect(attention.map((item) => [item.severity, item.kind])).toEqual([
      ['error', 'diskLow'],
      ['warning', 'certificateEnds'],
      ['warning', 'cleartextAuth'],
      ['notice', 'noAccount'],
    ]);
  });
});

describe('settings and DNS', () => {
  it('says why a listener is not on its standard port and what would give it', async () => {
    world.listenerStates = [listenerAt('smtp', 25, 2525)];
    const feed = await clientOf().settings.watch();
    const event = await nextAfter(feed, 0);
    await feed.return?.(undefined);
    expect(event).toMatchObject({
      snapshot: { listeners: [{ port: 2525, problem: 'needsRights', remedy: { kind: 'grantRights' } }] },
    });
  });

  it.each(['localhost', 'mail_1.example.com', 'a..b', '-a.example.com', 'x'.repeat(64) + '.com', 'a b.com'])(
    'refuses %j as the name of this server',
    async (hostname) => {
      await expect(clientOf().settings.change({ hostname })).rejects.toMatchObject({
        data: { reason: 'invalidHostname' },
      });
    },
  );

  it('tells of a signing key that waits for its record, and of one that DNS has lost', async () => {
    const { signing, overview } = clientOf();
    const kinds = async () => {
      const event = await nextAfter(await overview.watch(), 0);
      return event.type === 'snapshot' ? event.snapshot.attention.map(({ kind }) => kind) : [];
    };
    await signing.makeKeys({ domain: 'server1.com' });
    expect(await kinds()).toContain('keyWaits');
    const records = world.signing.list().map(({ recordName, record }) => [recordName, { TXT: [record] }]);
    world.dns = Object.fromEntries(records);
    await signing.check({ domain: 'server1.com' });
    expect(await kinds()).not.toContain('keyWaits');
    world.dns = {};
    await signing.check({ domain: 'server1.com' });
    expect(await kinds()).toContain('keyUnpublished');
  });

  it('shows what screening did, and names accounts whose mail it holds', async () => {
    world.meter.count('screened', world.clock.now(), 9);
    world.meter.count('foundJunk', world.clock.now(), 2);
    world.screening.braked = ['tom@server1.com'];
    const event = await nextAfter(await clientOf().overview.watch(), 0);
    expect(event).toMatchObject({
      snapshot: {
        stages: expect.arrayContaining([
          expect.objectContaining({
            ...{ stage: 'screening', state: 'ok', perMinute: 9 },
            sorted: { foundJunk: 2, keptApart: 0, turnedAway: 0 },
          }),
        ]),
        attention: expect.arrayContaining([
          { kind: 'accountBraked', severity: 'warning', account: 'tom@server1.com' },
        ]),
      },
    });
  });

  it('sums up reports, again whenever one comes', async () => {
    const feed = await clientOf().reports.watchDmarc({ domain: null, days: 30 });
    expect(await nextAfter(feed, 0)).toMatchObject({ snapshot: { reports: 0 } });
    world.reports.dmarc = { ...world.reports.dmarc, reports: 1 };
    world.reports.emit();
    expect(await nextAfter(feed, 1000)).toMatchObject({ snapshot: { reports: 1 } });
    await feed.return?.(undefined);
  });

  it('changes what is reported to others, and refuses what is no address', async () => {
    const { reports } = clientOf();
    const change = {
      addresses: ['dmarc@server1.com'],
      sendsDmarc: false,
      sendsTls: true,
      rotateAfterDays: 90,
    };
    await reports.changeSettings(change);
    expect(await world.settings.read()).toMatchObject({
      reports: { addresses: ['dmarc@server1.com'], sendsDmarc: false },
      signing: { rotateAfterDays: 90 },
    });
    await expect(reports.changeSettings({ ...change, addresses: ['nobody'] })).rejects.toMatchObject({
      data: { reason: 'invalidAddress' },
    });
  });

  it('makes signing keys by one call, and shows their records cut as DNS wants them (RFC 1035 §3.3.14)', async () => {
    const { signing, setup } = clientOf();
    await signing.makeKeys({ domain: 'server1.com' });
    await expect(signing.makeKeys({ domain: 'server1.com' })).rejects.toMatchObject({
      data: { reason: 'keysAreWaiting' },
    });
    await expect(signing.makeKeys({ domain: 'server9.com' })).rejects.toMatchObject({
      data: { reason: 'noSuchDomain' },
    });
    const [domain] = await setup.dnsRecords();
    const [rsa, ed25519] = domain?.records.filter(({ purpose }) => purpose === 'dkim') ?? [];
    expect(rsa?.value).toMatch(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{392}$/);
    expect(rsa?.zoneLine).toMatch(/ IN TXT "[^"]{255}" "[^"]+"$/);
    expect(ed25519?.value).toMatch(/^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/=]{44}$/);
    world.dns = { [rsa?.name ?? '']: { TXT: [rsa?.value ?? ''] } };
    await signing.check({ domain: 'server1.com' });
    expect(world.signing.list()).toMatchObject([
      { state: 'active', publication: 'equal' },
      { state: 'announced', publication: 'missing' },
    ]);
    await expect(signing.remove({ id: 1 })).rejects.toMatchObject({ data: { reason: 'keyIsActive' } });
  });

  it('makes records for what listens, and leaves out what it cannot know', async () => {
    world.listenerStates = [listenerAt('smtp', 25), listenerAt('imaps', 993, 2993)];
    await world.settings.change({
      hostname: 'mail.server1.com',
      mtaSts: [{ domain: 'server1.com', mode: 'testing' }],
    });
    const { key } = world.certificates.keysFor();
    const [domain] = await clientOf().setup.dnsRecords();
    expect(domain?.records.map((record) => record.zoneLine ?? `${record.type} ${record.name} ?`)).toEqual([
      'server1.com. 3600 IN MX 10 mail.server1.com.',
      'A mail.server1.com ?',
      'AAAA mail.server1.com ?',
      'server1.com. 3600 IN TXT "v=spf1 mx -all"',
      '_dmarc.server1.com. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@server1.com"',
      '_smtp._tls.server1.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:postmaster@server1.com"',
      'mta-sts.server1.com. 3600 IN CNAME mail.server1.com.',
      expect.stringMatching(/^_mta-sts\.server1\.com\. 3600 IN TXT "v=STSv1; id=[0-9a-f]{20};"$/u) as string,
      `_25._tcp.mail.server1.com. 3600 IN TLSA 3 1 1 ${hashOfKey(key)}`,
      '_imaps._tcp.server1.com. 3600 IN SRV 0 1 2993 mail.server1.com.',
    ]);
    expect(domain?.records[0]?.relativeName).toBe('@');
    expect(domain?.records[1]?.relativeName).toBe('mail');
  });
});
