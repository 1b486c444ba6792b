import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import type { SessionStart } from '../protocol/connection/session.ts';
import type { ClosedSession, SessionSummary, TranscriptStore } from './port.ts';
import { DEFAULT_RETENTION, type RetentionSettings } from './retention.ts';
import { matchesFilter } from './session-filter.ts';
import { TranscriptDesk } from './transcript-desk.ts';

class MemoryTranscripts implements TranscriptStore {
  readonly records = new Map<string, ClosedSession>();
  failure: Error | undefined;

  save(sessions: readonly ClosedSession[]): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    for (const session of sessions) this.records.set(session.summary.id, session);
    return Promise.resolve();
  }

  list(filter: Parameters<TranscriptStore['list']>[0]) {
    const summaries = [...this.records.values()].map((record) => record.summary);
    const items = summaries.filter((summary) => matchesFilter(summary, filter));
    return Promise.resolve({ items, next: null, searchedTo: null });
  }

  read(sessionId: string): Promise<ClosedSession | null> {
    return Promise.resolve(this.records.get(sessionId) ?? null);
  }

  measure() {
    return Promise.resolve({ transcripts: this.records.size, transcriptOctets: 0, oldestTranscriptAt: null });
  }

  prune(): Promise<void> {
    return Promise.resolve();
  }
}

const START: SessionStart = {
  protocol: 'smtp',
  direction: 'in',
  remoteAddress: '192.0.2.7',
  remotePort: 40_000,
  localAddress: '192.0.2.1',
  localPort: 25,
};

let clock: ManualClock;
let store: MemoryTranscripts;
let desk: TranscriptDesk;
let errors: unknown[];
let retention: RetentionSettings;

beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryTranscripts();
  errors = [];
  retention = DEFAULT_RETENTION;
  let next = 1;
  desk = new TranscriptDesk({
    store,
    clock,
    makeId: () => `session-${next++}`,
    retention: () => retention,
    onError: (error) => errors.push(error),
  });
});

describe('a transcript', () => {
  it('shows who said what, when, in which phase', async () => {
    const session = desk.open(START);
    session.server('220 mail.example.com');
    clock.advance(40);
    session.phase('envelope');
    session.client('MAIL FROM:<tom@example.com>');
    session.content('client', 4_096);
    expect((await desk.read(session.sessionId))?.lines).toEqual([
      { offsetMs: 0, kind: 'server', phase: 'connect', text: '220 mail.example.com' },
      { offsetMs: 40, kind: 'client', phase: 'envelope', text: 'MAIL FROM:<tom@example.com>' },
      { offsetMs: 40, kind: 'content', phase: 'envelope', text: 'client 4096' },
    ]);
  });

  it('remembers the last reply that refused something, in each protocol', () => {
    const refusals = [
      ['smtp', '550 5.1.1 No such user'],
      ['imap', 'a1 NO [AUTHENTICATIONFAILED] Wrong'],
      ['pop3', '-ERR [AUTH] Wrong'],
    ] as const;
    for (const [protocol, line] of refusals) {
      const session = desk.open({ ...START, protocol });
      session.server('250 fine');
      session.server('* OK NO such thing');
      session.server(line);
      session.server('+OK bye');
      session.close('closed');
    }
    expect([...store.records.values()]).toEqual([]);
    return desk.stop().then(() => {
      const found = [...store.records.values()].map((record) => record.summary.lastError);
      expect(found).toEqual(refusals.map(([, line]) => line));
    });
  });

  it('is bounded: what is said beyond is counted, and long lines are cut', async () => {
    const session = desk.open(START);
    for (let line = 0; line < 2_500; line++) session.client('NOOP');
    session.server(`500 ${'x'.repeat(5_000)}`);
    const record = await desk.read(session.sessionId);
    expect(record?.lines).toHaveLength(2_000);
    expect(record?.omittedLines).toBe(501);
    expect(record?.summary.lastError?.length).toBe(1_001);
  });

  it('does not change any more once it is closed', async () => {
    const session = desk.open(START);
    session.close('lost');
    session.client('late');
    session.update({ account: 'x@example.com' });
    session.close('closed');
    expect((await desk.read(session.sessionId))?.summary).toMatchObject({
      end: 'lost',
      account: null,
      lineCount: 0,
    });
    expect(desk.openSessionCount.smtp).toBe(0);
    expect(desk.lastSessionAt.smtp).toBe(clock.now());
    expect(desk.lastSessionAt.imap).toBe(0);
  });
});

describe('the live feed', () => {
  it('tells of a session ten times a second at most, and of new lines whoever follows it', () => {
    const events: SessionSummary[] = [];
    let grown = 0;
    desk.onSession((event) => events.push(event));
    const session = desk.open(START);
    const leave = desk.follow(session.sessionId, () => grown++);
    session.client('EHLO a');
    session.client('MAIL');
    expect(events).toEqual([]);
    clock.advance(100);
    expect(events).toMatchObject([{ id: session.sessionId, lineCount: 2 }]);
    session.client('RCPT');
    clock.advance(100);
    expect(events).toHaveLength(2);
    expect(grown).toBe(2);
    leave();
    session.client('DATA');
    clock.advance(100);
    expect(grown).toBe(2);
  });

  it('shows one of ten where five hundred a second begin, says so, and shows all again when it is quiet', () => {
    const seen = new Set<string>();
    desk.onSession(({ id }) => seen.add(id));
    const begin = (count: number): void => {
      seen.clear();
      for (let each = 0; each < count; each++) desk.open(START).close('closed');
      clock.advance(1_000);
    };
    begin(500);
    expect(desk.recording()).toMatchObject({ sessionsPerSecond: 500, shownOneOf: 10 });
    begin(500);
    expect(seen.size).toBe(50);
    begin(5);
    begin(5);
    expect(seen.size).toBe(5);
    clock.advance(2_000);
    expect(desk.recording()).toMatchObject({ sessionsPerSecond: 0, shownOneOf: 1 });
  });

  it('shows a session that is followed, however many there are', () => {
    let grown = 0;
    for (let each = 0; each < 500; each++) desk.open(START).close('closed');
    clock.advance(1_000);
    const sessions = Array.from({ length: 10 }, () => desk.open(START));
    for (const { sessionId } of sessions) desk.follow(sessionId, () => grown++);
    for (const session of sessions) session.client('NOOP');
    clock.advance(100);
    expect(grown).toBe(10);
  });
});

describe('more sessions a second than are kept', () => {
  it('leaves out nine of ten of those beyond that carried nothing, never one that carried a message, and counts', async () => {
    retention = { ...DEFAULT_RETENTION, sessionsPerSecond: 100 };
    for (let each = 0; each < 300; each++) {
      const session = desk.open(START);
      if (each % 3 === 0) session.update({ messages: 1 });
      session.close('closed');
    }
    await desk.stop();
    expect(store.records.size).toBe(100 + 100 + 10);
    expect(desk.recording().leftOut).toBe(90);
  });

  it('keeps all where no limit is set', async () => {
    retention = { ...DEFAULT_RETENTION, sessionsPerSecond: 0 };
    for (let each = 0; each < 1_000; each++) desk.open(START).close('closed');
    await desk.stop();
    expect(store.records.size).toBe(1_000);
  });
});

describe('settings that change', () => {
  it('hold for the next session', async () => {
    retention = { ...DEFAULT_RETENTION, linesPerSession: 3 };
    const session = desk.open(START);
    for (let line = 0; line < 5; line++) session.client('NOOP');
    expect(await desk.read(session.sessionId)).toMatchObject({ lines: { length: 3 }, omittedLines: 2 });
  });
});

describe('closed transcripts', () => {
  it('are saved together after half a second, and listed newest first with the open ones', async () => {
    desk.open(START).close('closed');
    desk.open({ ...START, protocol: 'imap' });
    expect(store.records.size).toBe(0);
    clock.advance(500);
    await Promise.resolve();
    expect(store.records.size).toBe(1);
    const list = await desk.list({ limit: 10 });
    expect(list.items.map((summary) => summary.id)).toEqual(['session-2', 'session-1']);
    expect((await desk.list({ limit: 10, protocol: 'smtp' })).items.map((summary) => summary.id)).toEqual([
      'session-1',
    ]);
    expect((await desk.list({ limit: 10, text: '192.0.2.7 nobody' })).items).toEqual([]);
  });

  it('stay readable when the store fails, and are saved with the next ones', async () => {
    store.failure = new Error('disk full');
    const session = desk.open(START);
    session.close('closed');
    clock.advance(500);
    await expect.poll(() => errors).toEqual([store.failure]);
    expect(await desk.read(session.sessionId)).not.toBeNull();
    store.failure = undefined;
    await desk.stop();
    expect(store.records.size).toBe(1);
  });

  it('do not pile up without end while the store does not answer, and those that were lost are counted', async () => {
    retention = { ...DEFAULT_RETENTION, sessionsPerSecond: 0 };
    store.failure = new Error('disk full');
    for (let count = 0; count < 5_200; count++) desk.open(START).close('closed');
    store.failure = undefined;
    await desk.stop();
    expect(store.records.size).toBe(5_000);
    expect(store.records.has('session-5200')).toBe(true);
    expect(desk.recording().dropped).toBe(200);
  });
});
