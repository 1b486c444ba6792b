/**
 * Bounce: tells a message's sender what became of it, as far as the sender wants to know.
 *
 * Actor: MTA. RFC 3464 (DSNs), RFC 3461 §5 and §6 (who is told what), RFC 5321 §6.1. Flow: queue's attempt → here → DSN → queue.
 * Invariants: a DSN has the null reverse-path, and nothing with a null reverse-path is ever answered, so there is no loop.
 * Nothing is written here: the DSN and the outcomes it tells of are one commit of the queue. A crash before it leaves the
 * recipients where they were and no DSN (a staged file is cleared at the next start); a crash after it leaves both done.
 */
import type { MakeId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { formatDsn } from '../../format/dsn.ts';
import type { DsnLanguage } from '../../format/dsn-texts.ts';
import type { RecipientStatus } from '../../format/dsn-status.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import type { Directory } from '../../directory/port.ts';
import type { MessageReceiver } from '../content/message-receiver.ts';
import type { ContentReader, StagedContent } from '../content/port.ts';
import type { MailEvent, TraceId } from '../events.ts';
import type { AttemptReport, BounceStage, NewQueueEntry, QueueEntry } from '../queue/port.ts';
import { chooseReturnedRange } from './returned-range.ts';
import type { ReturnedRange } from './returned-range.ts';
import { failuresWithoutReport, reportableStatuses } from './reportable.ts';
import type { BouncingAttempt, ReportableAction } from './reportable.ts';

export interface BounceStageOptions {
  readonly receiver: MessageReceiver;
  /** Reads the messages that DSNs return. */
  readonly content: ContentReader;
  readonly directory: Pick<Directory, 'isLocalDomain'>;
  readonly makeId: MakeId;
  /** The name this server gives itself. */
  readonly hostname: () => string;
  /** In which language to tell the sender of this message. */
  readonly language: (original: MessageIndex | null) => DsnLanguage;
  readonly logger: Logger;
}

/** Octets of a returned message that are in memory at once. */
const CHUNK_OCTETS = 64 * 1024;

export function createBounceStage(options: BounceStageOptions): BounceStage {
  return {
    report: (entry, attempt) => report(options, entry, attempt),
    discard: async (staged) => {
      for (const content of staged) await options.receiver.discard(content);
    },
  };
}

async function report(
  options: BounceStageOptions,
  entry: QueueEntry,
  attempt: BouncingAttempt,
): Promise<AttemptReport> {
  const silent = unreportedEvents(entry, attempt);
  const statuses = entry.reversePath === '' ? [] : reportableStatuses(entry, attempt);
  if (statuses.length === 0) return { events: silent };
  const bounce = await makeBounce(options, entry, { statuses, at: attempt.at });
  const told = bouncedEvents(entry, statuses, { dsnTraceId: bounce.id, at: attempt.at });
  return { bounce, events: [...told, ...silent] };
}

async function makeBounce(
  options: BounceStageOptions,
  entry: QueueEntry,
  told: { statuses: readonly RecipientStatus[]; at: number },
): Promise<NewQueueEntry> {
  const id = options.makeId();
  const content = await stageContent(options, entry, { ...told, id });
  const recipients = [entry.reversePath];
  const about = { traceId: id, at: told.at, recipients };
  return {
    id,
    content,
    reversePath: '',
    receivedAt: told.at,
    origin: 'bounce',
    smtpUtf8: entry.smtpUtf8,
    // RFC 8689 §5: a DSN is protected like the message that it tells of.
    ...(entry.requireTls === true && { requireTls: entry.requireTls }),
    recipients,
    events: [
      { ...about, type: 'received', via: 'bounce', reversePath: '', sizeBytes: content.sizeBytes },
      { ...about, type: 'queued' },
    ],
  };
}

interface DsnFacts {
  readonly id: TraceId;
  readonly statuses: readonly RecipientStatus[];
  readonly at: number;
}

/** A message that cannot be read does not keep its sender from hearing of it: the DSN is made without it. */
async function stageContent(
  options: BounceStageOptions,
  entry: QueueEntry,
  facts: DsnFacts,
): Promise<StagedContent> {
  try {
    const index = await options.content.readIndex(entry.contentId);
    const range = chooseReturnedRange(entry, index, facts.statuses);
    return await writeDsn(options, entry, { ...facts, index, range });
  } catch (error) {
    options.logger.error('A DSN is made without the message it is about', { traceId: entry.id, error });
    return writeDsn(options, entry, { ...facts, index: null, range: { part: 'nothing', octets: 0 } });
  }
}

async function writeDsn(
  options: BounceStageOptions,
  entry: QueueEntry,
  facts: DsnFacts & { index: MessageIndex | null; range: ReturnedRange },
): Promise<StagedContent> {
  const { index, range } = facts;
  const frame = formatDsn({
    ...facts,
    status: {
      reportingMta: options.hostname(),
      arrivedAt: entry.receivedAt,
      ...(entry.dsn?.envelopeId !== undefined && { originalEnvelopeId: entry.dsn.envelopeId }),
      recipients: facts.statuses,
    },
    language: options.language(index),
    date: facts.at,
    from: await findPostmaster(options, entry),
    to: entry.reversePath,
    original: { subject: index?.subject ?? '', messageId: index?.envelope.messageId ?? null },
    returned: range.part,
    smtpUtf8: entry.smtpUtf8,
  });
  const writer = options.receiver.begin();
  try {
    await writer.write(frame.opening);
    for (let start = 0; start < range.octets; start += CHUNK_OCTETS) {
      const end = Math.min(start + CHUNK_OCTETS, range.octets);
      await writer.write(await options.content.readRange(entry.contentId, start, end));
    }
    await writer.write(frame.closing);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** RFC 3464 §2: From names a person who answers for this MTA; the postmaster of the domain of ours that it is about. */
async function findPostmaster(options: BounceStageOptions, entry: QueueEntry): Promise<string> {
  const addresses = [entry.reversePath, ...entry.recipients.map((recipient) => recipient.address)];
  for (const address of addresses) {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    if (await options.directory.isLocalDomain(domain)) return `postmaster@${domain}`;
  }
  return `postmaster@${options.hostname()}`;
}

function bouncedEvents(
  entry: QueueEntry,
  statuses: readonly (RecipientStatus & { action: ReportableAction })[],
  dsn: { dsnTraceId: TraceId; at: number },
): MailEvent[] {
  return [...new Set(statuses.map(({ action }) => action))].map((action) => ({
    type: 'bounced',
    traceId: entry.id,
    ...dsn,
    action,
    recipients: statuses.filter((status) => status.action === action).map((status) => status.finalRecipient),
    to: entry.reversePath,
  }));
}

function unreportedEvents(entry: QueueEntry, attempt: BouncingAttempt): MailEvent[] {
  const recipients = failuresWithoutReport(entry, attempt);
  if (recipients.length === 0) return [];
  const why = entry.reversePath === '' ? 'nullReversePath' : 'notAsked';
  return [{ type: 'unreported', traceId: entry.id, at: attempt.at, recipients, why }];
}
