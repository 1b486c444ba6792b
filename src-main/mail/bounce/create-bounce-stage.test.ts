import { describe, expect, test } from 'vitest';
import { QueuedContentReader } from '../../../test/support/queued-content-reader.ts';
import { silentLogger } from '../../base/logger.ts';
import type { NotifyCondition } from '../../format/dsn-request.ts';
import { parseDeliveryStatus } from '../../format/dsn-status.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { MemorySpool } from '../content/memory-spool.ts';
import { createMessageReceiver } from '../content/message-receiver.ts';
import type { RecipientOutcome } from '../events.ts';
import { MemoryQueueStore } from '../queue/memory-queue-store.ts';
import type { AttemptReport, NewQueueEntry, RecordedOutcome } from '../queue/port.ts';
import { createBounceStage } from './create-bounce-stage.ts';

const MIB = 1024 * 1024;

/** A stage over an entry that lies in a memory queue. */
class Scene {
  readonly spool = new MemorySpool();
  readonly store = new MemoryQueueStore();
  readonly content = new QueuedContentReader(this.store, this.spool);
  readonly receiver = createMessageReceiver({ spool: this.spool, createIndexer: createMessageIndexer });
  readonly stage = createBounceStage({
    receiver: this.receiver,
    content: this.content,
    directory: { isLocalDomain: (domain) => Promise.resolve(domain === 'server1.com') },
    makeId: () => 'dsn1',
    hostname: () => 'mail.server1.com',
    language: () => 'en',
    logger: silentLogger,
  });

  async report(
    outcomes: readonly Partial<RecordedOutcome & RecipientOutcome>[],
    entry: Partial<NewQueueEntry> & { body?: string } = {},
  ): Promise<AttemptReport> {
    const writer = this.receiver.begin();
    await writer.write(
      Buffer.from(`Subject: hello\r\nX-Mark: here\r\n\r\n${entry.body ?? 'Good morning.\r\n'}`),
    );
    const { body: _body, ...facts } = entry;
    const queued = await this.store.enqueue({
      id: 'entry1',
      content: await writer.finish(),
      reversePath: 'tom@server1.com',
      receivedAt: 0,
      origin: 'submission',
      smtpUtf8: false,
      recipients: outcomes.map((_, ordinal) => `r${ordinal}@server2.com`),
      events: [],
      ...facts,
    });
    const recorded = outcomes.map(({ isDelayReported, ...outcome }, ordinal) => ({
      ordinal,
      outcome: {
        kind: 'failed' as const,
        recipient: queued.recipients[ordinal]?.address ?? '',
        status: '5.0.0',
        diagnostic: 'so',
        at: 0,
        ...outcome,
      },
      ...(isDelayReported === true && { isDelayReported }),
    }));
    return this.stage.report(queued, { outcomes: recorded, at: 1_000, retriedUntil: 2_000 });
  }

  textOf({ bounce }: AttemptReport): string {
    return bounce === undefined ? '' : Buffer.from(this.spool.bytesOf(bounce.content)).toString();
  }

  /** The actions that the DSN tells, by recipient; empty where there is none. */
  actionsOf(report: AttemptReport): string[] {
    const [, part = ''] = this.textOf(report).split(/Content-Type: message\/(?:global-)?delivery-status\r\n/);
    const status = parseDeliveryStatus(part.slice(part.indexOf('\r\n\r\n') + 4, part.indexOf('\r\n--=_')));
    return status.recipients.map((fields) => fields.get('action') ?? '?');
  }
}

const FAILED = { kind: 'failed' } as const;
const DEFERRED = { kind: 'deferred', status: '4.0.0' } as const;
const LATE = { ...DEFERRED, isDelayReported: true } as const;
const DELIVERED = { kind: 'delivered', status: '2.1.5' } as const;
const RELAYED = { kind: 'relayed', status: '2.0.0', remoteMta: 'mx.server2.com' } as const;
const HANDED_OVER = { ...RELAYED, nextHopReports: true } as const;

describe('NOTIFY (RFC 3461 §4.1, §5.2)', () => {
  const ALL: readonly NotifyCondition[] = ['success', 'failure', 'delay'];
  test.each<[string, readonly NotifyCondition[] | undefined, string[]]>([
    // failed, deferred, deferred for long, delivered, relayed, relayed to a hop that knows DSNs
    ['nothing said', undefined, ['failed', 'delayed']],
    ['NEVER', [], []],
    ['FAILURE', ['failure'], ['failed']],
    ['DELAY', ['delay'], ['delayed']],
    ['SUCCESS', ['success'], ['delivered', 'relayed']],
    ['SUCCESS,FAILURE', ['success', 'failure'], ['failed', 'delivered', 'relayed']],
    ['SUCCESS,DELAY', ['success', 'delay'], ['delayed', 'delivered', 'relayed']],
    ['FAILURE,DELAY', ['failure', 'delay'], ['failed', 'delayed']],
    ['all', ALL, ['failed', 'delayed', 'delivered', 'relayed']],
  ])('%s', async (_name, notify, actions) => {
    const outcomes = [FAILED, DEFERRED, LATE, DELIVERED, RELAYED, HANDED_OVER];
    const asked = notify === undefined ? {} : { notify };
    const scene = new Scene();
    const report = await scene.report(outcomes, {
      recipientDsn: Object.fromEntries(outcomes.map((_, ordinal) => [ordinal, asked])),
    });
    expect(scene.actionsOf(report)).toEqual(actions);
    const told = report.events.filter((event) => event.type === 'bounced').map(({ action }) => action);
    expect(told).toEqual(actions);
    expect(report.events.filter((event) => event.type === 'unreported')).toMatchObject(
      actions.includes('failed') ? [] : [{ recipients: ['r0@server2.com'], why: 'notAsked' }],
    );
  });

  test('is looked at for each recipient by itself', async () => {
    const scene = new Scene();
    const report = await scene.report([FAILED, FAILED], { recipientDsn: { 0: { notify: [] } } });
    expect(scene.textOf(report)).toContain('Final-Recipient: rfc822; r1@server2.com\r\n');
    expect(scene.textOf(report)).not.toContain('r0@server2.com');
  });

  test('with the null reverse-path nobody is told anything', async () => {
    const scene = new Scene();
    const all = Object.fromEntries([0, 1, 2].map((ordinal) => [ordinal, { notify: ALL }]));
    const report = await scene.report([FAILED, LATE, DELIVERED], { reversePath: '', recipientDsn: all });
    expect(report.bounce).toBeUndefined();
    expect(report.events).toMatchObject([
      { type: 'unreported', recipients: ['r0@server2.com'], why: 'nullReversePath' },
    ]);
  });
});

describe('what comes back (RFC 3461 §4.3)', () => {
  const FULL = 'Content-Type: message/rfc822\r\n';
  const HEADERS = 'Content-Type: text/rfc822-headers\r\n';
  test.each([
    { name: 'a failure', outcome: FAILED, size: 100, part: FULL },
    { name: 'a failure, RET=FULL', outcome: FAILED, dsn: { returns: 'full' }, size: 100_000, part: FULL },
    { name: 'a failure, RET=HDRS', outcome: FAILED, dsn: { returns: 'headers' }, size: 100, part: HEADERS },
    { name: 'a failure of something large', outcome: FAILED, size: 100_000, part: HEADERS },
    {
      name: 'a failure of something huge, RET=FULL',
      outcome: FAILED,
      dsn: { returns: 'full' },
      size: 11 * MIB,
      part: HEADERS,
    },
    { name: 'a delay, RET=FULL', outcome: LATE, dsn: { returns: 'full' }, size: 100, part: HEADERS },
    {
      name: 'nothing but success, RET=FULL',
      outcome: DELIVERED,
      dsn: { returns: 'full' },
      size: 100,
      part: HEADERS,
    },
  ] as const)('with $name', async ({ outcome, size, part, ...asked }) => {
    const scene = new Scene();
    const report = await scene.report([outcome], {
      body: 'x'.repeat(size),
      ...('dsn' in asked && { dsn: asked.dsn }),
      recipientDsn: { 0: { notify: ['success', 'failure', 'delay'] } },
    });
    const text = scene.textOf(report);
    expect(text).toContain(part);
    expect(text).toContain('\r\nX-Mark: here\r\n');
    expect(text.includes('xxxx')).toBe(part === FULL);
  });

  test('a large message is streamed in pieces, and discarded with the DSN', async () => {
    const scene = new Scene();
    const body = 'abcdefghijklmnopqrstuvwxyz\r\n'.repeat(30_000);
    const report = await scene.report([FAILED], { body, dsn: { returns: 'full' } });
    expect(scene.textOf(report)).toContain(`\r\n\r\n${body}\r\n--=_postroom_dsn1--\r\n`);
    expect(scene.content.largestRead).toBeLessThanOrEqual(64 * 1024);
    expect(scene.spool.files.size).toBe(2);
    await scene.stage.discard(report.bounce === undefined ? [] : [report.bounce.content]);
    expect(scene.spool.files.size).toBe(1);
  });

  test('a message that cannot be read does not keep its sender from hearing, and leaves no half of a DSN', async () => {
    const scene = new Scene();
    let reads = 0;
    scene.content.readRange = () =>
      ++reads < 4 ? Promise.resolve(new Uint8Array(64 * 1024)) : Promise.reject(new Error('bad sector'));
    const report = await scene.report([FAILED], { body: 'x'.repeat(500_000), dsn: { returns: 'full' } });
    expect(scene.actionsOf(report)).toEqual(['failed']);
    expect(scene.textOf(report)).toContain('Your message could not be attached.\r\n');
    expect(scene.spool.files.size).toBe(1);
  });
});

describe('the DSN', () => {
  test('goes to the reverse-path with the null reverse-path, from the postmaster of our side', async () => {
    const scene = new Scene();
    const report = await scene.report([FAILED], {
      reversePath: 'jack@server2.com',
      recipients: ['anna@server1.com'],
    });
    expect(report.bounce).toMatchObject({
      reversePath: '',
      origin: 'bounce',
      recipients: ['jack@server2.com'],
      receivedAt: 1_000,
      smtpUtf8: false,
    });
    expect(scene.textOf(report)).toContain('From: Mail Delivery System <postmaster@server1.com>\r\n');
  });

  test('is from the postmaster of this host where no domain of ours is involved', async () => {
    const scene = new Scene();
    const report = await scene.report([FAILED], { reversePath: 'a@b.example' });
    expect(scene.textOf(report)).toContain('<postmaster@mail.server1.com>\r\n');
  });

  test('about a message with REQUIRETLS requires TLS itself, and returns no body (RFC 8689 §5)', async () => {
    const scene = new Scene();
    const report = await scene.report([{}], { requireTls: true, body: 'A secret.\r\n' });
    expect(report.bounce?.requireTls).toBe(true);
    expect(scene.textOf(report)).toContain('X-Mark: here');
    expect(scene.textOf(report)).not.toContain('A secret.');
  });

  test('about a message with SMTPUTF8 is internationalized itself (RFC 6533)', async () => {
    const scene = new Scene();
    const report = await scene.report([FAILED], {
      smtpUtf8: true,
      reversePath: '用户@server1.com',
      recipients: ['jürgen@server2.com'],
    });
    expect(report.bounce?.smtpUtf8).toBe(true);
    expect(scene.textOf(report)).toContain('\r\nTo: <用户@server1.com>\r\n');
    expect(scene.textOf(report)).toContain('Final-Recipient: utf-8; jürgen@server2.com\r\n');
  });
});
