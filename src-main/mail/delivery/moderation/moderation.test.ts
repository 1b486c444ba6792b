/** Moderation by mail over a running queue in memory: asked, answered, released or refused. */
import { describe, expect, test } from 'vitest';
import { createMessageIndexer } from '../../../format/message-indexer.ts';
import type { NoticeLanguage } from '../../../base/notice-language.ts';
import { silentLogger } from '../../../base/logger.ts';
import { ManualClock } from '../../../base/clock.ts';
import { OfficeDirectory } from '../../../../test/support/mail-office.ts';
import { createPlainDelivery } from '../../../../test/support/plain-delivery.ts';
import { RecordingRelay } from '../../../../test/support/recording-relay.ts';
import { QueuedContentReader } from '../../../../test/support/queued-content-reader.ts';
import type { RecipientResolution } from '../../../directory/port.ts';
import { createBounceStage } from '../../bounce/create-bounce-stage.ts';
import { chooseDsnLanguage } from '../../bounce/choose-language.ts';
import { MemorySpool } from '../../content/memory-spool.ts';
import { createMessageReceiver } from '../../content/message-receiver.ts';
import type { MailEvent } from '../../events.ts';
import { createMessageQueue } from '../../queue/create-message-queue.ts';
import { MemoryQueueStore, type DepositedCopy } from '../../queue/memory-queue-store.ts';
import type { NewQueueEntry, QueueDesk } from '../../queue/port.ts';
import { QueueActivity } from '../../queue/queue-activity.ts';
import { createSteeredQueue } from '../../queue/steered-queue.ts';
import { createRouter } from '../../routing/create-router.ts';
import { createRoutingCourier } from '../../routing/create-routing-courier.ts';
import type { Verdict } from '../../verdict.ts';
import { createSenderRewriting } from '../sender-rewriting.ts';
import { createAnswerAddresses } from './answer-address.ts';
import { createModerationDesk } from './moderation-desk.ts';

const GROUP = 'board@server1.com';
const TOM = 'tom@server1.com';
const SECRET = new Uint8Array(32).fill(3);
const DMARC_PASS: Verdict = {
  action: 'accept',
  score: 0,
  decidedBy: 'score',
  findings: [{ check: 'dmarc', outcome: 'pass', weight: 0, detail: 'aligned' }],
};

/** An office whose board takes mail from its moderators alone. */
class ModeratedDirectory extends OfficeDirectory {
  constructor() {
    super();
    this.aliases.set(GROUP, [TOM, 'anna@server1.com']);
    this.moderators.set(GROUP, [TOM, 'chair@partner.example']);
  }

  override async resolve(address: string): Promise<RecipientResolution> {
    const found = await super.resolve(address);
    return found.kind === 'local' && address === GROUP
      ? { ...found, by: 'group', moderatedGroup: GROUP }
      : found;
  }
}

class Board {
  readonly clock = new ManualClock(1_000_000);
  readonly copies: DepositedCopy[] = [];
  readonly events: MailEvent[] = [];
  readonly store = new MemoryQueueStore((copy) => this.copies.push(copy));
  readonly spool = new MemorySpool();
  readonly relay = new RecordingRelay();
  language: NoticeLanguage = 'en';
  readonly queue;
  readonly desk: QueueDesk;
  readonly #receiver = createMessageReceiver({ spool: this.spool, createIndexer: createMessageIndexer });
  #ids = 0;

  constructor(separators = '+') {
    const { clock, store, spool } = this;
    const directory = new ModeratedDirectory();
    const content = new QueuedContentReader(store, spool);
    const addresses = createAnswerAddresses({ secret: SECRET, separators: () => separators });
    const hostname = () => 'mail.server1.com';
    const around = {
      logger: silentLogger,
      clock,
      directory,
      content,
      receiver: this.#receiver,
      makeId: () => `id${++this.#ids}`,
    };
    const rewriting = createSenderRewriting({ secret: SECRET, clock });
    const queue = {
      find: (id: string) => this.desk.find(id),
      steer: (order: Parameters<QueueDesk['steer']>[0]) => this.desk.steer(order),
    };
    const moderation = createModerationDesk({
      ...around,
      rewriting,
      addresses,
      queue,
      hostname,
      language: () => this.language,
    });
    const bounces = createBounceStage({ ...around, hostname, language: chooseDsnLanguage });
    const rules = { decide: () => Promise.reject(new Error('no rule is asked')) };
    const settings = () => ({ relay: { mode: 'direct' } as const, routes: [] });
    const events = (event: MailEvent | { readonly type: 'refused' }) => {
      if (event.type !== 'refused') this.events.push(event);
    };
    const activity = new QueueActivity();
    const parts = { store, bounces, activity, events, clock, logger: silentLogger };
    this.queue = createMessageQueue({
      ...parts,
      courier: createRoutingCourier({
        router: createRouter({ directory, settings, rules, answers: addresses }),
        chosenNextHop: () => null,
        delivery: createPlainDelivery(around, { moderation, rewriting }),
        relay: this.relay,
      }),
      randomBytes: (length) => new Uint8Array(length),
    });
    this.desk = createSteeredQueue({ ...parts, steering: store, queue: this.queue });
  }

  async send(text: string, facts: Partial<NewQueueEntry>): Promise<void> {
    const writer = this.#receiver.begin();
    await writer.write(Buffer.from(text.replaceAll('\n', '\r\n')));
    await this.queue.enqueue({
      id: `sent${++this.#ids}`,
      content: await writer.finish(),
      reversePath: 'writer@elsewhere.example',
      receivedAt: this.clock.now(),
      origin: 'reception',
      smtpUtf8: false,
      recipients: [GROUP],
      events: [],
      ...facts,
    });
    await this.queue.whenIdle();
  }

  /** What lies in mailboxes now, oldest first. */
  textsFor(accountId: number): readonly string[] {
    return this.copies
      .filter(({ deposit }) => deposit.accountId === accountId)
      .map((copy) => this.#textOf(copy));
  }

  #textOf({ deposit, content }: DepositedCopy): string {
    return deposit.prefix + Buffer.from(this.spool.bytesOf(content)).toString();
  }

  /** Where the notice in Tom's mailbox says that answers go. */
  addressTo(decision: 'approve' | 'refuse'): string {
    const notice = this.textsFor(1).find((text) => text.includes('Reply-To:')) ?? '';
    const pattern = decision === 'approve' ? /^Reply-To: <(.*)>/mu : /<mailto:(.*)\?/u;
    return pattern.exec(notice)?.[1] ?? '';
  }

  async answer(decision: 'approve' | 'refuse', facts: Partial<NewQueueEntry> = SIGNED_IN, text = ANSWER) {
    await this.send(text, { ...facts, recipients: [this.addressTo(decision)] });
  }
}

const SIGNED_IN = {
  origin: 'submission',
  reversePath: TOM,
  client: { address: '192.0.2.1', account: TOM },
} as const;
const MESSAGE = 'From: Writer <writer@elsewhere.example>\nSubject: An offer\n\nGood morning, board.\n';
const ANSWER = 'From: tom@server1.com\nSubject: Re: Approve or refuse\n\nyes\n';

async function waiting(separators?: string): Promise<Board> {
  const board = new Board(separators);
  await board.queue.start();
  await board.send(MESSAGE, {});
  return board;
}

const typesOf = (board: Board) => board.events.map(({ type }) => type);

describe('a message for a moderated group', () => {
  test('waits, and its moderators are told what it is, from the null reverse-path (RFC 3834 §3.3)', async () => {
    const board = await waiting();
    const [notice = ''] = board.textsFor(1);
    expect(board.textsFor(2)).toEqual([]);
    expect(notice).toContain('Return-Path: <>\r\n');
    expect(notice).toContain('Auto-Submitted: auto-generated\r\n');
    expect(notice).toContain('Subject: Approve or refuse: An offer (for board@server1.com)\r\n');
    expect(notice).toMatch(/From: {5}Writer[^]*Good morning, board\./u);
    expect(notice).toMatch(/Reply-To: <board\+approve-sent1-0-[a-z2-7]{16}@server1\.com>\r\n/u);
    expect(board.relay.relayed).toMatchObject([{ address: 'chair@partner.example' }]);
    expect(board.events).toContainEqual(
      expect.objectContaining({
        type: 'awaitsModeration',
        group: GROUP,
        asked: [TOM, 'chair@partner.example'],
      }),
    );
    expect((await board.desk.find('sent1'))?.recipients).toMatchObject([
      { address: GROUP, state: 'held', moderatedGroup: GROUP },
    ]);
  });

  test.each(['+', '-', ''])(
    'goes to the members once a moderator answers (detail separators: "%s")',
    async (separators) => {
      const board = await waiting(separators);
      await board.answer('approve');
      expect(board.textsFor(2)).toEqual([expect.stringContaining('Good morning, board.')]);
      expect(board.textsFor(1)).toHaveLength(2);
      expect(board.events).toContainEqual(
        expect.objectContaining({ type: 'released', traceId: 'sent1', by: TOM, group: GROUP }),
      );
      expect(board.events).toContainEqual(
        expect.objectContaining({ type: 'moderationAnswered', decision: 'approve', heldTraceId: 'sent1' }),
      );
      expect(await board.desk.find('sent1')).toBeNull();
    },
  );

  test('comes back to its author with 5.7.2 where a moderator refuses it, and names the group alone', async () => {
    const board = await waiting();
    await board.answer('refuse');
    expect(board.textsFor(2)).toEqual([]);
    expect(board.relay.relayed.at(-1)).toMatchObject({ address: 'writer@elsewhere.example' });
    expect(board.events).toContainEqual(expect.objectContaining({ type: 'bounced', recipients: [GROUP] }));
    const outcome = board.events.find((event) => event.type === 'returned');
    expect(outcome).toMatchObject({
      recipient: GROUP,
      by: TOM,
      reason: expect.stringContaining('moderators'),
    });
  });

  test('is decided on once: a second answer changes nothing, and says so', async () => {
    const board = await waiting();
    await board.answer('approve');
    await board.answer('refuse');
    await board.answer('approve');
    expect(board.textsFor(2)).toHaveLength(1);
    expect(board.textsFor(1).filter((text) => text.includes('Subject: Already decided'))).toHaveLength(2);
    expect(typesOf(board)).not.toContain('bounced');
  });

  test('is approved by a moderator elsewhere whose domain answers for the author (DMARC)', async () => {
    const board = await waiting();
    const facts = { reversePath: 'chair@partner.example', verdict: DMARC_PASS };
    await board.answer('approve', facts, 'From: The chair <chair@partner.example>\n\nok\n');
    expect(board.textsFor(2)).toHaveLength(1);
  });

  test.each<[string, Partial<NewQueueEntry>, string]>([
    ['nothing proves who wrote it', { reversePath: TOM }, ANSWER],
    [
      'another one has signed in',
      { ...SIGNED_IN, client: { address: '192.0.2.1', account: 'anna@server1.com' } },
      ANSWER,
    ],
    [
      'DMARC passed for somebody else',
      { verdict: DMARC_PASS, reversePath: TOM },
      'From: x@evil.example\n\nyes\n',
    ],
    ['it has two authors', { verdict: DMARC_PASS }, 'From: tom@server1.com, x@evil.example\n\nyes\n'],
  ])('goes on waiting where %s, and the writer is told (5.7.1)', async (_why, facts, text) => {
    const board = await waiting();
    await board.answer('approve', facts, text);
    expect(board.textsFor(2).filter((mail) => mail.includes('Subject: An offer\r\n'))).toEqual([]);
    expect(
      board.events.findLast((event) => event.type === 'attempted' && event.outcome.kind === 'failed'),
    ).toMatchObject({
      outcome: { status: '5.7.1' },
    });
    expect((await board.desk.find('sent1'))?.recipients).toMatchObject([{ state: 'held' }]);
  });

  test.each([
    ['an automatic reply (RFC 3834 §2)', SIGNED_IN, `Auto-Submitted: auto-replied\n${ANSWER}`],
    ['a bounce', { ...SIGNED_IN, reversePath: '' }, ANSWER],
  ])('is not decided on by %s', async (_what, facts, text) => {
    const board = await waiting();
    await board.answer('approve', facts, text);
    expect((await board.desk.find('sent1'))?.recipients).toMatchObject([{ state: 'held' }]);
    expect(typesOf(board)).not.toContain('bounced');
  });

  test('is told of in the office’s language', async () => {
    const board = new Board();
    board.language = 'zh-CN';
    await board.queue.start();
    await board.send(MESSAGE, {});
    const [notice = ''] = board.textsFor(1);
    expect(notice).toContain('若要批准，直接回复本邮件即可');
    expect(notice).toContain('Good morning, board.');
  });

  test('is released by an administrator as well, once, and then asks nobody again', async () => {
    const board = await waiting();
    const selection = { kind: 'places', places: [{ entryId: 'sent1', ordinal: 0 }] } as const;
    for await (const _ of board.desk.steer({ action: 'release', selection, by: 'admin', at: 2 })) void _;
    await board.queue.whenIdle();
    expect(board.textsFor(2)).toHaveLength(1);
    expect(typesOf(board).filter((type) => type === 'awaitsModeration')).toHaveLength(1);
  });
});
