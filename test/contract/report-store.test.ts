/** What the store of reports sums up, and what it counts for reports of ours. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DmarcReport, DmarcRow, TlsReport } from '../../src-main/mail/reports/port.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from './mail-stores.ts';

const DAY_MS = 24 * 60 * 60_000;
const DAY = Date.UTC(2026, 0, 5);
const RECEIPT = { receivedAt: DAY + 2 * DAY_MS, isProved: true };
const ALL = { domain: null, since: 0 };

const row = (facts: Partial<DmarcRow>): DmarcRow => ({
  sourceAddress: '192.0.2.25',
  count: 1,
  disposition: 'none',
  isDkimAligned: true,
  isSpfAligned: true,
  headerFrom: 'server1.com',
  envelopeFrom: '',
  overrides: [],
  dkim: [{ domain: 'server1.com', selector: 'r', result: 'pass' }],
  spf: [],
  ...facts,
});

const report = (facts: Partial<DmarcReport>): DmarcReport => ({
  reporter: 'google.com',
  reportId: '1',
  begin: DAY,
  end: DAY + DAY_MS - 1_000,
  domain: 'server1.com',
  policy: 'p=none',
  rows: [row({ count: 12 }), row({ sourceAddress: '203.0.113.9', count: 3, ...FORGED })],
  ...facts,
});
const FORGED = {
  isDkimAligned: false,
  isSpfAligned: false,
  disposition: 'reject',
  dkim: [],
  spf: [{ domain: 'spam.example', result: 'fail' }],
} as const;

describe('the report store', () => {
  let folder: string;
  let storage: Storage;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-reports-'));
    storage = await openTestStorage(folder);
  });
  afterEach(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  it('sums up who sends in our name, by day and by source', async () => {
    await storage.reports.addDmarc(report({}), RECEIPT);
    const next = { reporter: 'outlook.com', begin: DAY + DAY_MS, end: DAY + 2 * DAY_MS };
    const fresh = report({ ...next, rows: [row({ count: 5 })] });
    await storage.reports.addDmarc(fresh, { ...RECEIPT, isProved: false });
    expect(await storage.reports.summarizeDmarc(ALL)).toEqual({
      reports: 2,
      lastReceivedAt: RECEIPT.receivedAt,
      days: [
        { day: DAY, passed: 12, failed: 3 },
        { day: DAY + DAY_MS, passed: 5, failed: 0 },
      ],
      sources: [
        {
          address: '192.0.2.25',
          domain: 'server1.com',
          messages: 17,
          passed: 17,
          isDkimAligned: true,
          isSpfAligned: true,
          names: ['server1.com'],
          quarantined: 0,
          rejected: 0,
        },
        {
          address: '203.0.113.9',
          domain: 'server1.com',
          messages: 3,
          passed: 0,
          isDkimAligned: false,
          isSpfAligned: false,
          names: ['spam.example'],
          quarantined: 0,
          rejected: 3,
        },
      ],
      reporters: [
        { name: 'google.com', reports: 1, messages: 15, isProved: true },
        { name: 'outlook.com', reports: 1, messages: 5, isProved: false },
      ],
    });
  });

  it('counts a report that comes twice once, and keeps domains and times apart', async () => {
    let changes = 0;
    storage.reports.onChange(() => changes++);
    for (let times = 0; times < 2; times++) await storage.reports.addDmarc(report({}), RECEIPT);
    expect(changes).toBe(1);
    expect((await storage.reports.summarizeDmarc(ALL)).reports).toBe(1);
    const { reports } = storage;
    expect((await reports.summarizeDmarc({ domain: 'server9.com', since: 0 })).reports).toBe(0);
    expect((await reports.summarizeDmarc({ domain: null, since: DAY + DAY_MS })).reports).toBe(0);
    await reports.prune(DAY + 2 * DAY_MS);
    expect(await reports.summarizeDmarc(ALL)).toMatchObject({ reports: 0, sources: [] });
  });

  it('sums up how others reach us over TLS', async () => {
    const tls: TlsReport = {
      reporter: 'Company-X',
      reportId: 'x',
      begin: DAY,
      end: DAY + DAY_MS - 1_000,
      domain: 'server1.com',
      policyType: 'sts',
      successes: 100,
      failures: 4,
      details: [
        {
          resultType: 'certificate-expired',
          sendingMta: '192.0.2.1',
          receivingMx: 'mail.server1.com',
          sessions: 4,
          detail: '',
        },
      ],
    };
    await storage.reports.addTls([tls, { ...tls, policyType: 'tlsa', details: [] }], RECEIPT);
    expect(await storage.reports.summarizeTls(ALL)).toEqual({
      reports: 1,
      lastReceivedAt: RECEIPT.receivedAt,
      days: [{ day: DAY, succeeded: 200, failed: 8 }],
      failures: [
        {
          domain: 'server1.com',
          resultType: 'certificate-expired',
          receivingMx: 'mail.server1.com',
          sessions: 4,
          reporters: ['Company-X'],
          detail: '',
        },
      ],
      reporters: [{ name: 'Company-X', reports: 1, sessions: 208, isProved: true }],
    });
  });

  it('adds up what is to be reported, until it was', async () => {
    const { reports } = storage;
    const count = {
      kind: 'dmarc',
      day: DAY,
      domain: 'server2.com',
      policy: 'p',
      result: 'r',
      count: 2,
    } as const;
    await reports.count([count, { ...count, result: 's' }]);
    await reports.count([count]);
    const key = { kind: 'dmarc', day: DAY, domain: 'server2.com' } as const;
    expect(await reports.pending(DAY)).toEqual([]);
    expect(await reports.pending(DAY + DAY_MS)).toEqual([key]);
    expect(await reports.counts(key, 10)).toEqual([
      { ...count, count: 4 },
      { ...count, result: 's' },
    ]);
    await reports.forget(key);
    expect(await reports.pending(DAY + DAY_MS)).toEqual([]);
  });
});
