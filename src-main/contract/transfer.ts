/**
 * Transfer area: an account's mail into files and out of them, in one folder beside the server's data; and from other servers.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, id, time } from './values.ts';

/** A line end in a name would be a command of its own. */
const PRINTABLE = /^\P{Cc}+$/u;

export const fileFormat = z.enum(['mbox', 'maildir', 'eml', 'zip']);
export type FileFormat = z.infer<typeof fileFormat>;

/** The server that an account's mail is brought from, and how to sign in there. */
export const mailServer = z.object({
  host: z
    .string()
    .trim()
    .min(1)
    .max(LIMITS.domainLength)
    .regex(/^[^\s/@]+$/u),
  port: z.int().min(1).max(65_535),
  /** TLS from the first octet, STARTTLS, or nothing. */
  tls: z.enum(['implicit', 'starttls', 'none']),
  /** Whether the certificate must be valid and for this host. */
  mustVerify: z.boolean(),
  user: z.string().min(1).max(LIMITS.addressLength).regex(PRINTABLE),
  password: z.string().min(1).max(LIMITS.passwordLength).regex(PRINTABLE),
});
export type MailServer = z.infer<typeof mailServer>;

export const transferState = z.enum(['running', 'done', 'cancelled', 'overQuota', 'failed']);
export type TransferState = z.infer<typeof transferState>;

export const transferJob = z.object({
  id,
  kind: z.enum(['export', 'import']),
  accountId,
  address: z.string(),
  format: z.enum([...fileFormat.options, 'imap']),
  /** Name of the file or folder in the transfer folder; user and host of a server. */
  place: z.string(),
  startedAt: time,
  state: transferState,
  /** Why it failed. */
  reason: z.string().nullable(),
  progress: z.object({
    mailbox: z.string(),
    messages: count,
    /** Were there already. */
    skipped: count,
    failed: count,
    octets: count,
    totalMessages: count.nullable(),
    totalOctets: count.nullable(),
  }),
  /** The first messages that could not be read. */
  problems: z.array(z.object({ where: z.string(), reason: z.string() })).readonly(),
});
export type TransferJob = z.infer<typeof transferJob>;

export const transferView = z.object({
  /** Where files for imports are put, and exports appear. */
  folder: z.string(),
  /** What lies there. */
  places: z.array(z.string()).readonly(),
  /** The account's, newest first. */
  jobs: z.array(transferJob).readonly(),
});
export type TransferView = z.infer<typeof transferView>;

export const transferContract = {
  watch: callFor('content.read').input(z.object({ accountId })).output(feedOf(transferView, noChange)),
  startExport: callFor('content.read')
    .input(z.object({ accountId, format: fileFormat }))
    .output(transferJob),
  startImport: callFor('content.read')
    .input(z.object({ accountId, place: z.string().min(1).max(LIMITS.fileNameLength) }))
    .output(transferJob),
  startPull: callFor('content.read')
    .input(z.object({ accountId, server: mailServer }))
    .output(transferJob),
  cancel: callFor('content.read').input(z.object({ id })).output(z.void()),
};
