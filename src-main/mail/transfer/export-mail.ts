/**
 * Export: an account's mailboxes into a folder or an archive.
 *
 * Flow: mailstore → ExportTarget, message by message. Invariants: see port.ts; the folder must be new or empty, so nothing
 * of anybody's is written over; a message that goes meanwhile is left out.
 */
import { mkdir, readdir } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { AccountId, Mailbox, MailStore, MessageEntry, OpenMessage } from '../mailstore/port.ts';
import { EmlTarget } from './into/eml-target.ts';
import { MaildirTarget } from './into/maildir-target.ts';
import { MboxTarget } from './into/mbox-target.ts';
import { ZipTarget } from './into/zip-target.ts';
import { PIECE_OCTETS, UIDS_A_PAGE } from './limits.ts';
import type { ExportTarget, LeavingMessage, FileFormat, TransferProgress, TransferReport } from './port.ts';
import { endOf, TransferLog, TransferStop } from './transfer-log.ts';

export interface ExportOptions {
  /** A folder that is new or empty; for `zip` a file that does not exist. */
  readonly path: string;
  readonly format: FileFormat;
  readonly accountId: AccountId;
  readonly mailStore: Pick<MailStore, 'listMailboxes' | 'listEntries' | 'openMessage'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

export async function exportMail(options: ExportOptions): Promise<TransferReport> {
  const { clock, onProgress, mailStore, accountId } = options;
  const mailboxes = await mailStore.listMailboxes(accountId);
  const totalMessages = mailboxes.reduce((sum, { messageCount }) => sum + messageCount, 0);
  const totalOctets = mailboxes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const log = new TransferLog({ clock, onProgress, totalMessages, totalOctets });
  const end = await endOf(async () => {
    const target = await createTarget(options.format, options.path);
    try {
      for (const mailbox of mailboxes) await exportMailbox(options, target, { mailbox, log });
    } finally {
      await target.close();
    }
  });
  return log.report(end);
}

async function createTarget(format: FileFormat, path: string): Promise<ExportTarget> {
  if (format === 'zip') return ZipTarget.create(path);
  await makeEmptyFolder(path);
  switch (format) {
    case 'mbox':
      return new MboxTarget(path);
    case 'maildir':
      return new MaildirTarget(path);
    case 'eml':
      return new EmlTarget(path);
  }
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new TransferStop({ kind: 'failed', reason: `${folder}: the folder is not empty` });
}

async function exportMailbox(
  options: ExportOptions,
  target: ExportTarget,
  { mailbox, log }: { mailbox: Mailbox; log: TransferLog },
): Promise<void> {
  log.entered(mailbox.name);
  await target.openMailbox(mailbox.name);
  try {
    for await (const message of messagesOf(options, mailbox)) {
      if (options.signal.aborted) throw new TransferStop({ kind: 'cancelled' });
      await target.write(message);
      log.moved(1, message.sizeBytes);
    }
  } finally {
    await target.closeMailbox();
  }
}

async function* messagesOf(
  { mailStore }: ExportOptions,
  { id, uidNext }: Mailbox,
): AsyncGenerator<LeavingMessage> {
  for (let first = 1; first < uidNext; first += UIDS_A_PAGE) {
    const last = Math.min(uidNext, first + UIDS_A_PAGE) - 1;
    for (const entry of await mailStore.listEntries(id, [{ first, last }])) {
      const message = await mailStore.openMessage(id, entry.uid);
      if (message !== null) yield toLeaving(entry, message);
    }
  }
}

function toLeaving(entry: MessageEntry, message: OpenMessage): LeavingMessage {
  const { uid, flags, internalDate, sizeBytes } = entry;
  const [from] = message.index.envelope.from;
  const hasSender = typeof from?.mailbox === 'string' && from.host !== null;
  return {
    uid,
    flags,
    internalDate,
    sizeBytes,
    subject: message.index.subject,
    sender: hasSender ? `${from.mailbox}@${from.host}` : '',
    octets: () => readPieces(message),
  };
}

async function* readPieces(message: OpenMessage): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < message.sizeBytes; at += PIECE_OCTETS)
    yield await message.readRange(at, Math.min(message.sizeBytes, at + PIECE_OCTETS));
}
