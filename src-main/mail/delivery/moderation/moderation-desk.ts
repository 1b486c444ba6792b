/**
 * ModerationDesk: asks a group's moderators about a message by mail, and obeys what they answer.
 *
 * Flow: courier meets a moderated group → ask() → the notice goes out in the commit that holds the group; an answer comes for an
 * address of ours (answer-address.ts) → answer() → the queue releases the group, or fails it with a DSN to the author.
 * Invariants: an address in a notice decides only in the hands of a moderator: notices are forwarded, quoted, archived, and whoever
 * has one must not be able to post by it. Machines decide nothing (RFC 3834). A decision is one commit and its answer's outcome the next:
 * a crash in between repeats the answer, which finds the message decided on.
 */
import type { Clock } from '../../../base/clock.ts';
import type { NoticeLanguage } from '../../../base/notice-language.ts';
import type { Directory } from '../../../directory/port.ts';
import { MAX_HEADER_BYTES } from '../../../format/limits.ts';
import type { MessageIndex } from '../../../format/message-index.ts';
import type { ContentReader } from '../../content/port.ts';
import type { MailEvent, RecipientOutcome } from '../../events.ts';
import type {
  CourierReport,
  FollowingEntry,
  QueueDesk,
  QueueEntry,
  QueuePlace,
  QueueRecipient,
} from '../../queue/port.ts';
import type { ModerationAnswer, ModerationDecision } from '../../routing/port.ts';
import { messageEntry, type FollowingOptions } from '../following-entries.ts';
import { formatAutomaticMessage } from '../sieve/filtering/automatic-message.ts';
import { isAutomatic } from '../sieve/filtering/may-answer.ts';
import { EditedHeader } from '../sieve/running/edited-header.ts';
import type { AnswerAddresses } from './answer-address.ts';
import { askModerators, tellDecidedAlready, type ModerationText } from './moderation-texts.ts';
import { provedWriter } from './proved-writer.ts';

export interface Question {
  readonly asked: readonly string[];
  readonly notice: FollowingEntry;
}

export interface ModerationDesk {
  /** The notice to the group's moderators about the message that is to be held for it. */
  ask(entry: QueueEntry, recipient: QueueRecipient, group: string): Promise<Question>;
  /** What becomes of the recipient that is an answer's address, once what it says is done. */
  answer(entry: QueueEntry, recipient: QueueRecipient, answer: ModerationAnswer): Promise<CourierReport>;
}

export interface ModerationDeskOptions extends FollowingOptions {
  readonly content: ContentReader;
  readonly directory: Pick<Directory, 'isLocalDomain' | 'moderatorsOf' | 'isModerator'>;
  readonly addresses: AnswerAddresses;
  /** The running queue. */
  readonly queue: Pick<QueueDesk, 'find' | 'steer'>;
  /** In which moderators are told. */
  readonly language: () => NoticeLanguage;
  readonly hostname: () => string;
  readonly clock: Clock;
}

export function createModerationDesk(options: ModerationDeskOptions): ModerationDesk {
  return {
    ask: (entry, recipient, group) => ask(options, entry, { ordinal: recipient.ordinal, group }),
    answer: async (entry, recipient, answer) => {
      const settled = await settle(options, entry, answer);
      return toReport(entry, recipient, { ...settled, at: options.clock.now() });
    },
  };
}

async function ask(
  options: ModerationDeskOptions,
  entry: QueueEntry,
  { ordinal, group }: { ordinal: number; group: string },
): Promise<Question> {
  const { addresses, content, directory, language } = options;
  const asked = await directory.moderatorsOf(group);
  const index = await content.readIndex(entry.contentId);
  const place = { entryId: entry.id, ordinal };
  const { author, subject, preview } = index;
  const text = askModerators(language(), {
    group,
    author: author === '' ? entry.reversePath : author,
    subject,
    preview,
    refuseAt: addresses.addressOf('refuse', place, group),
  });
  const replyTo = addresses.addressOf('approve', place, group);
  return { asked, notice: await composeNotice(options, { ...text, to: asked, group, replyTo }) };
}

interface Notice extends ModerationText {
  readonly to: readonly string[];
  readonly group: string;
  /** Absent: nobody is to answer. */
  readonly replyTo?: string;
}

/** RFC 3834 §3: from the null reverse-path, and said to be automatic. */
function composeNotice(options: ModerationDeskOptions, notice: Notice): Promise<FollowingEntry> {
  const { to, group, replyTo, subject, lines } = notice;
  const octets = formatAutomaticMessage({
    at: options.clock.now(),
    zoneMinutes: 0,
    messageId: `${options.makeId()}@${options.hostname()}`,
    from: `Postroom <postmaster${group.slice(group.lastIndexOf('@'))}>`,
    to,
    subject,
    autoSubmitted: 'auto-generated',
    ...(replyTo !== undefined && { fields: [`Reply-To: <${replyTo}>`] }),
    body: { kind: 'text', text: lines.join('\r\n') },
  });
  const smtpUtf8 = [...to, group].some((address) => /[^\p{ASCII}]/u.test(address));
  return messageEntry(options, { reversePath: '', recipients: to, octets, smtpUtf8, kind: 'notification' });
}

/** What an answer came to. */
interface Settled extends Pick<RecipientOutcome, 'kind' | 'status' | 'diagnostic'> {
  readonly events?: readonly MailEvent[];
  readonly following?: readonly FollowingEntry[];
}

async function settle(
  options: ModerationDeskOptions,
  entry: QueueEntry,
  answer: ModerationAnswer,
): Promise<Settled> {
  const index = await options.content.readIndex(entry.contentId);
  if (entry.reversePath === '' || (await isMachine(options, entry, index))) return IGNORED;
  const by = provedWriter(entry, index.envelope.from);
  if (by === null) return UNPROVED;
  const held = await options.queue.find(answer.entryId);
  const waiting = held?.recipients.find(({ ordinal }) => ordinal === answer.ordinal);
  const group = waiting?.moderatedGroup;
  if (waiting?.state !== 'held' || group === undefined) return decidedAlready(options, entry, { by, answer });
  if (!(await options.directory.isModerator(group, by))) return notModerator(by, group);
  const isDone = await carryOut(options, answer, { group, by });
  return isDone ? decided(entry, answer, { group, by, at: options.clock.now() }) : BUSY;
}

const IGNORED: Settled = {
  kind: 'delivered',
  status: '2.0.0',
  diagnostic: 'An automatic message decides nothing',
};
/** RFC 3463 §3.8 */
const UNPROVED: Settled = {
  kind: 'failed',
  status: '5.7.1',
  diagnostic:
    'Only moderators decide, and nothing proves who wrote this: sign in to send your answer, or ask your domain for DMARC',
};
const BUSY: Settled = {
  kind: 'deferred',
  status: '4.3.0',
  diagnostic: 'The message is busy, try again later',
};

function notModerator(by: string, group: string): Settled {
  return { kind: 'failed', status: '5.7.1', diagnostic: `${by} is not a moderator of ${group}` };
}

async function isMachine(
  { content }: ModerationDeskOptions,
  { contentId }: QueueEntry,
  { root }: MessageIndex,
): Promise<boolean> {
  const octets = await content.readRange(contentId, 0, Math.min(root.bodyStart, MAX_HEADER_BYTES));
  return isAutomatic(new EditedHeader(octets));
}

/** Whether the recipient that waits heard of it. */
async function carryOut(
  { queue, clock }: ModerationDeskOptions,
  { decision, ...place }: ModerationAnswer,
  { group, by }: { group: string; by: string },
): Promise<boolean> {
  const facts = { selection: { kind: 'places', places: [place] }, by, at: clock.now() } as const;
  const reason = `The moderators of ${group} did not accept the message`;
  const order =
    decision === 'approve' ? ({ action: 'release' } as const) : ({ action: 'bounce', reason } as const);
  const changed: QueuePlace[] = [];
  for await (const batch of queue.steer({ ...order, ...facts })) changed.push(...batch.changed);
  return changed.length > 0;
}

function decided(
  entry: QueueEntry,
  { decision, entryId }: ModerationAnswer,
  { group, by, at }: { group: string; by: string; at: number },
): Settled {
  const about = { type: 'moderationAnswered', traceId: entry.id, at, heldTraceId: entryId } as const;
  const diagnostic = `${DONE[decision]} by ${by} for ${group}`;
  return { kind: 'delivered', status: '2.1.5', diagnostic, events: [{ ...about, group, decision, by }] };
}

const DONE: Readonly<Record<ModerationDecision, string>> = { approve: 'Approved', refuse: 'Refused' };

async function decidedAlready(
  options: ModerationDeskOptions,
  entry: QueueEntry,
  { by, answer }: { by: string; answer: ModerationAnswer },
): Promise<Settled> {
  const group = groupOf(entry, options.addresses);
  const text = tellDecidedAlready(options.language(), group);
  const event = { type: 'moderationAnswered', traceId: entry.id, at: options.clock.now(), group } as const;
  return {
    kind: 'delivered',
    status: '2.1.5',
    diagnostic: 'The message was decided on before',
    events: [{ ...event, decision: null, by, heldTraceId: answer.entryId }],
    following: [await composeNotice(options, { ...text, to: [by], group })],
  };
}

/** The group's address out of an answer's, as far as it says so; the queue knows it no more. */
function groupOf({ recipients }: QueueEntry, addresses: AnswerAddresses): string {
  const own = recipients.find(({ address }) => addresses.read(address) !== null)?.address ?? '';
  return own.replace(/[^a-z0-9]?(?:approve|refuse)-[a-z0-9]+-[a-z0-9]+-[a-z2-7]{16}@/iu, '@');
}

function toReport(
  { id }: QueueEntry,
  { ordinal, address, attempts }: QueueRecipient,
  { kind, status, diagnostic, events = [], following, at }: Settled & { at: number },
): CourierReport {
  const outcome = { kind, status, diagnostic, recipient: address, at };
  return {
    outcomes: [{ ordinal, outcome }],
    deposits: [],
    ...(following !== undefined && { following }),
    events: [{ type: 'attempted', traceId: id, at, attempt: attempts + 1, outcome }, ...events],
  };
}
