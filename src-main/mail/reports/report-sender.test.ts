import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { parseDmarcRecord } from '../../protocol/authentication/dmarc/record.ts';
import type { AuthenticationOutcome } from '../screening/authentication/port.ts';
import { memoryResolver } from '../../../test/support/memory-resolver.ts';
import type { Zone } from '../../../test/support/dns-server.ts';
import { createMessageReceiver } from '../content/message-receiver.ts';
import { MemorySpool } from '../content/memory-spool.ts';
import type { NewQueueEntry, QueueEntry } from '../queue/port.ts';
import { MemoryReportStore } from './memory-report-store.ts';
import { parseDmarcReport } from './parse-dmarc-report.ts';
import { parseTlsReport } from './parse-tls-report.ts';
import { DAY_MS, ReportCounts } from './report-counts.ts';
import { ReportSender } from './report-sender.ts';

const DAY = Date.UTC(2026, 0, 5);
const ZONE: Zone = {
  '_dmarc.server2.com': { TXT: ['v=DMARC1; p=reject; pct=50; rua=mailto:dmarc@server2.com'] },
  '_smtp._tls.server2.com': { TXT: ['v=TLSRPTv1; rua=mailto:tls@server2.com'] },
};

function setUp(options: { zone?: Zone; signingDomain?: string | null; isWanted?: boolean } = {}) {
  const { zone = ZONE, signingDomain = 'server1.com', isWanted = true } = options;
  const clock = new ManualClock(DAY + 60_000);
  const store = new MemoryReportStore();
  const spool = new MemorySpool();
  const sent: NewQueueEntry[] = [];
  const queue = {
    enqueue: (entry: NewQueueEntry) => {
      sent.push(entry);
      return Promise.resolve({} as QueueEntry);
    },
  };
  let ids = 0;
  const sender = new ReportSender({
    store,
    queue,
    receiver: createMessageReceiver({ spool, createIndexer: createMessageIndexer }),
    resolver: memoryResolver(zone),
    clock,
    makeId: () => `id${++ids}`,
    logger: silentLogger,
    hostname: () => 'mail.server1.com',
    signingDomain: () => signingDomain,
    isWanted: () => isWanted,
  });
  const counts = new ReportCounts({
    store,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  const textOf = (entry: NewQueueEntry | undefined) =>
    entry === undefined ? '' : Buffer.from(spool.bytesOf(entry.content)).toString();
  const textsSent = async () => {
    await counts.flush();
    clock.advance(DAY_MS);
    await sender.sendAll();
    return sent.map(textOf);
  };
  return { clock, store, counts, sender, sent, textsSent };
}

/** What is found of a message that claims to be from the domain. */
function outcomeOf(
  result: 'pass' | 'fail',
  record = 'v=DMARC1; p=reject; pct=50; rua=mailto:dmarc@server2.com',
): AuthenticationOutcome {
  const parsed = parseDmarcRecord('server2.com', record);
  const spf = {
    identity: 'mailfrom',
    sender: 'a@bounce.example',
    domain: 'bounce.example',
    result: 'fail',
    reason: '',
    steps: [],
    lookUps: 0,
  } as const;
  const isDkimAligned = result === 'pass';
  return {
    spf: { helo: spf, mailFrom: spf },
    dkim: [],
    arc: { result: 'none', sets: [], reason: '' },
    field: '',
    dmarc: {
      result,
      domain: 'server2.com',
      organizationalDomain: 'server2.com',
      ...(parsed !== null && { record: parsed }),
      policy: { tag: 'p', asks: 'reject' },
      disposition: result === 'pass' ? 'none' : 'reject',
      isSpfAligned: false,
      isDkimAligned,
      reason: '',
    },
  };
}

const judged = (outcome: AuthenticationOutcome, applied: 'none' | 'reject' = 'none') => ({
  clientAddress: '192.0.2.9',
  reversePath: 'a@bounce.example',
  outcome,
  applied,
});

function unpackedFrom(text: string): string {
  const body = /Content-Transfer-Encoding: base64\r\n\r\n([^-]+)--/.exec(text)?.[1] ?? '';
  return gunzipSync(Buffer.from(body, 'base64')).toString();
}

describe('a DMARC report of ours', () => {
  test('counts equal results together and says what was done (RFC 7489 §7.2, appendix C)', async () => {
    const { counts, textsSent, sent } = setUp();
    for (let times = 0; times < 3; times++) counts.recordJudged(judged(outcomeOf('fail'), 'reject'));
    counts.recordJudged(judged(outcomeOf('fail'), 'none'));
    counts.recordJudged(judged(outcomeOf('pass')));
    const [text = ''] = await textsSent();
    expect(sent).toMatchObject([
      { recipients: ['dmarc@server2.com'], reversePath: '', origin: 'submission' },
    ]);
    expect(text).toContain('From: mail.server1.com <postmaster@server1.com>\r\n');
    expect(text).toContain(
      'Subject: Report Domain: server2.com\r\n Submitter: mail.server1.com\r\n Report-ID: <id1>',
    );
    expect(text).toContain(
      `filename="mail.server1.com!server2.com!${DAY / 1000}!${DAY / 1000 + 86_399}!id1.xml.gz"`,
    );
    const xml = unpackedFrom(text);
    expect(xml).toContain('<pct>50</pct>');
    expect(xml.match(/<type>[^<]*/g)).toEqual(['<type>local_policy']);
    const report = parseDmarcReport(xml);
    expect(report).toMatchObject({
      ok: true,
      value: { reporter: 'mail.server1.com', domain: 'server2.com', begin: DAY, end: DAY + DAY_MS - 1000 },
    });
    expect(
      report.ok &&
        report.value.rows.map(({ count, disposition, isDkimAligned }) => [count, disposition, isDkimAligned]),
    ).toEqual([
      [3, 'reject', false],
      [1, 'none', false],
      [1, 'none', true],
    ]);
  });

  test('is made for whom asks for it only, and once', async () => {
    const { counts, textsSent, sender, sent } = setUp();
    counts.recordJudged(judged(outcomeOf('fail', 'v=DMARC1; p=reject')));
    expect(await textsSent()).toEqual([]);
    counts.recordJudged(judged(outcomeOf('fail')));
    expect(await textsSent()).toHaveLength(1);
    await sender.sendAll();
    expect(sent).toHaveLength(1);
  });

  test('goes elsewhere only where that is agreed to (RFC 7489 §7.1)', async () => {
    const record = 'v=DMARC1; p=none; rua=mailto:a@reports.example,mailto:b@victim.example,https://x.example';
    const zone = { ...ZONE, 'server2.com._report._dmarc.reports.example': { TXT: ['v=DMARC1'] } };
    const { counts, textsSent, sent } = setUp({ zone });
    counts.recordJudged(judged(outcomeOf('fail', record)));
    await textsSent();
    expect(sent.map(({ recipients }) => recipients)).toEqual([['a@reports.example']]);
  });

  test('is not sent to whom it is too large for (RFC 7489 §6.4)', async () => {
    const { counts, textsSent } = setUp();
    counts.recordJudged(judged(outcomeOf('fail', 'v=DMARC1; p=none; rua=mailto:dmarc@server2.com!100')));
    expect(await textsSent()).toEqual([]);
  });

  test.each([
    ['switched off', { isWanted: false }],
    ['not signed', { signingDomain: null }],
  ])('is forgotten where it is %s', async (_, options) => {
    const { counts, textsSent, store, clock } = setUp(options);
    counts.recordJudged(judged(outcomeOf('fail')));
    expect(await textsSent()).toEqual([]);
    expect(await store.pending(clock.now())).toEqual([]);
  });
});

describe('a TLS report of ours', () => {
  test('names the policies that were to be obeyed, and what was wrong (RFC 8460 §4.3, §4.4)', async () => {
    const { counts, textsSent } = setUp();
    const host = { domain: 'server2.com', receivingMx: 'mx.server2.com', receivingAddress: '192.0.2.7' };
    const lines = ['version: STSv1', 'mode: enforce', 'mx: mx.server2.com', 'max_age: 86400'];
    const sts = { type: 'sts' as const, lines, mxHosts: ['mx.server2.com'] };
    const tlsa = { type: 'tlsa' as const, lines: [`3 1 1 ${'ab'.repeat(32)}`], mxHosts: [] };
    counts.recordTls({ ...host, policy: sts, result: 'certificate-expired', reason: 'it has expired' });
    counts.recordTls({ ...host, policy: tlsa, result: 'success', reason: '' });
    const [text = ''] = await textsSent();
    const report = JSON.parse(unpackedFrom(text)) as { policies: unknown[] };
    expect(report.policies).toEqual([
      {
        policy: {
          'policy-type': 'sts',
          'policy-string': lines,
          'policy-domain': 'server2.com',
          'mx-host': ['mx.server2.com'],
        },
        summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 1 },
        'failure-details': [
          {
            'result-type': 'certificate-expired',
            'receiving-mx-hostname': 'mx.server2.com',
            'receiving-ip': '192.0.2.7',
            'failed-session-count': 1,
            'failure-reason-code': 'it has expired',
          },
        ],
      },
      {
        policy: { 'policy-type': 'tlsa', 'policy-string': tlsa.lines, 'policy-domain': 'server2.com' },
        summary: { 'total-successful-session-count': 1, 'total-failure-session-count': 0 },
        'failure-details': [],
      },
    ]);
  });

  test('counts sessions that went well and those that did not (RFC 8460 §4)', async () => {
    const { counts, textsSent, sent } = setUp();
    const session = {
      domain: 'server2.com',
      receivingMx: 'mx.server2.com',
      receivingAddress: '192.0.2.7',
      policy: { type: 'no-policy-found' as const, lines: [], mxHosts: [] },
      reason: '',
    };
    for (let times = 0; times < 5; times++) counts.recordTls({ ...session, result: 'success' });
    counts.recordTls({ ...session, result: 'starttls-not-supported' });
    counts.recordTls({ ...session, domain: 'server9.com', result: 'success' });
    const [text = ''] = await textsSent();
    expect(sent.map(({ recipients }) => recipients)).toEqual([['tls@server2.com']]);
    expect(text).toContain('Content-Type: multipart/report; report-type="tlsrpt"');
    expect(text).toContain('TLS-Report-Domain: server2.com\r\nTLS-Report-Submitter: mail.server1.com');
    expect(parseTlsReport(unpackedFrom(text))).toMatchObject({
      ok: true,
      value: [
        {
          reporter: 'mail.server1.com',
          domain: 'server2.com',
          policyType: 'no-policy-found',
          successes: 5,
          failures: 1,
          details: [{ resultType: 'starttls-not-supported', receivingMx: 'mx.server2.com', sessions: 1 }],
        },
      ],
    });
  });
});

describe('the report sender', () => {
  test('runs by itself a while after midnight', async () => {
    const { counts, clock, sender, sent, store } = setUp();
    counts.recordJudged(judged(outcomeOf('fail')));
    clock.advance(60_000);
    sender.start();
    clock.advance(5 * 60_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
    const gone = new Promise<void>((resolve) => {
      const forget = store.forget.bind(store);
      store.forget = (key) => forget(key).then(resolve);
    });
    clock.advance(DAY_MS + 2 * 60 * 60_000);
    await gone;
    expect(sent).toHaveLength(1);
    sender.stop();
  });
});
