/** Transcripts on disk: found by peer and by what was said, pruned by age and size, encrypted or not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClosedSession, SessionFilter, SessionSummary } from '../../src-main/observe/port.ts';
import { encodeLines } from '../../src-main/observe/transcript-lines.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from './mail-stores.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-transcripts-'));
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

function session(number: number, facts: Partial<SessionSummary> = {}, said = 'NOOP'): ClosedSession {
  const summary: SessionSummary = {
    id: `s${String(number).padStart(6, '0')}`,
    protocol: 'smtp',
    direction: 'in',
    remoteAddress: `192.0.2.${number % 250}`,
    remotePort: 1,
    localPort: 25,
    remoteName: 'mail.partner.example',
    account: null,
    tls: null,
    startedAt: number,
    endedAt: number + 1,
    end: 'closed',
    messages: 0,
    lastError: null,
    lineCount: 1,
    ...facts,
  };
  const lines = encodeLines([{ offsetMs: 0, kind: 'client', phase: 'envelope', text: said }]);
  return { summary, lines, omittedLines: 0 };
}

async function find(filter: Omit<SessionFilter, 'limit'>): Promise<readonly number[]> {
  const { items } = await storage.transcripts.list({ ...filter, limit: 50 });
  return items.map(({ startedAt }) => startedAt);
}

const FOREVER = { startedBefore: 0, carriedBefore: 0, mostOctets: 2 ** 40 };

describe.each([true, false])('encrypted: %s', (isEncrypted) => {
  beforeEach(async () => {
    storage = await openTestStorage(folder, isEncrypted);
  });

  test('sessions are found by protocol, refusal, peer, and what was said, newest first', async () => {
    await storage.transcripts.save([
      session(1, {}, 'RCPT TO:<Anna@server1.com>'),
      session(2, { protocol: 'imap', account: 'tom@server1.com' }, 'a SEARCH SUBJECT "预算 \\"x\\""'),
      session(3, { lastError: '550 5.1.1 No' }, '550 5.1.1 No such user'),
    ]);
    expect(await find({})).toEqual([3, 2, 1]);
    expect(await find({ protocol: 'imap' })).toEqual([2]);
    expect(await find({ onlyWithErrors: true })).toEqual([3]);
    expect(await find({ text: 'PARTNER 192.0.2.1' })).toEqual([1]);
    expect(await find({ text: 'tom@' })).toEqual([2]);
    expect(await find({ said: 'anna@SERVER1.com' })).toEqual([1]);
    expect(await find({ said: '550 5.1.1' })).toEqual([3]);
    expect(await find({ said: '"预算 \\"' })).toEqual([2]);
    expect(await find({ said: 'nobody', text: 'tom' })).toEqual([]);
  });

  test('what encryption switches stays readable', async () => {
    await storage.transcripts.save([session(1, {}, 'EHLO Zwetschge')]);
    await storage.sealing.switch(!isEncrypted);
    await storage.sealing.settled();
    expect(await find({ said: 'zwetschge' })).toEqual([1]);
  });
});

describe('in the clear', () => {
  beforeEach(async () => {
    storage = await openTestStorage(folder, false);
  });

  test('pages follow each other, and the last one reaches the beginning', async () => {
    await storage.transcripts.save(Array.from({ length: 25 }, (_, number) => session(number + 1)));
    const first = await storage.transcripts.list({ limit: 10 });
    expect(first).toMatchObject({ items: { length: 10 }, searchedTo: 16 });
    const second = await storage.transcripts.list({ limit: 10, before: first.next ?? '' });
    const third = await storage.transcripts.list({ limit: 10, before: second.next ?? '' });
    expect(second.items[0]?.startedAt).toBe(15);
    expect(third).toMatchObject({ items: { length: 5 }, next: null, searchedTo: null });
  });

  test('what is too old goes, what carried messages when its own time is over', async () => {
    await storage.transcripts.save([
      session(10),
      session(11, { messages: 1 }),
      session(20),
      session(21, { messages: 1 }),
    ]);
    await storage.transcripts.prune({ ...FOREVER, startedBefore: 20 });
    expect(await find({})).toEqual([21, 20, 11]);
    await storage.transcripts.prune({ ...FOREVER, startedBefore: 30, carriedBefore: 15 });
    expect(await find({})).toEqual([21]);
  });

  test('when there is no more room the oldest go, first those that carried nothing', async () => {
    const sessions = Array.from({ length: 1_200 }, (_, number) =>
      session(number + 1, { messages: number < 100 ? 1 : 0 }, 'x'.repeat(900)),
    );
    await storage.transcripts.save(sessions);
    const { transcriptOctets } = await storage.transcripts.measure();
    await storage.transcripts.prune({ ...FOREVER, mostOctets: transcriptOctets / 2 });
    const kept = await storage.transcripts.measure();
    expect(kept.transcriptOctets).toBeLessThanOrEqual(transcriptOctets / 2);
    expect(kept.transcriptOctets).toBeGreaterThan(transcriptOctets / 2 - 2_000);
    expect(kept.oldestTranscriptAt).toBe(1);
    await storage.transcripts.prune({ ...FOREVER, mostOctets: 0 });
    expect(await storage.transcripts.measure()).toEqual({
      transcripts: 0,
      transcriptOctets: 0,
      oldestTranscriptAt: null,
    });
  });
});
