/**
 * Setup area: what the first start needs beyond the other areas: the first administrator, or a backup to restore instead, the DNS records
 * to publish, a message through the real path. Domains, accounts and settings are changed through their own areas.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { backupJob, backupPlace, backupSnapshot, backupTrouble } from './backups.ts';
import { credentials, sessionState } from './session.ts';
import { noticeLanguage } from './settings.ts';
import { LIMITS } from './limits.ts';
import { accountId, id } from './values.ts';

/** One DNS record to publish, as fields to copy one by one into a provider's form. */
export const dnsRecord = z.object({
  /** What the record is for. */
  purpose: z.enum([
    'receive',
    'serverAddress',
    'spf',
    'dkim',
    'dmarc',
    'tlsReports',
    'mtaSts',
    'mtaStsHost',
    'tlsa',
    'tlsaNext',
    'clientSubmission',
    'clientImap',
    'clientPop3',
    'clientSieve',
    'clientAutoconfig',
    'clientAutodiscover',
  ]),
  need: z.enum(['required', 'recommended', 'optional']),
  type: z.enum(['MX', 'A', 'AAAA', 'TXT', 'SRV', 'CNAME', 'TLSA']),
  /** Owner name, fully qualified, without the trailing dot. */
  name: z.string(),
  /** Owner name as most providers want it: relative to the domain, `@` for the domain itself. */
  relativeName: z.string(),
  priority: z.int().nullable(),
  weight: z.int().nullable(),
  port: z.int().nullable(),
  /** Target, address or text; null where this server cannot know it: the public address. */
  value: z.string().nullable(),
  /** TXT: the value in strings of 255 octets, for hosts that want them apart. */
  strings: z.array(z.string()).readonly(),
  ttlSeconds: z.int(),
  /** The line of a zone file; null where the value is not known. */
  zoneLine: z.string().nullable(),
});
export type DnsRecord = z.infer<typeof dnsRecord>;

/** From another machine than this one: what the service wrote at its first start. */
const beginner = { token: z.string().max(LIMITS.setupTokenLength).exactOptional() };

const newAdministrator = credentials.extend({
  ...beginner,
  /** In which Setup is read: the server writes to people in it until somebody says otherwise. */
  language: noticeLanguage.exactOptional(),
});

/** Where backups of another data folder lie, and what they are read with. */
const backupOrigin = { place: backupPlace, recoveryKey: z.string().trim().min(1).max(LIMITS.passwordLength) };

/** Only while nobody has set up anything: from this machine, or with the token of the first start. */
const restoreContract = {
  findBackups: callFor('nothing')
    .input(z.object({ ...beginner, ...backupOrigin }))
    .output(z.object({ trouble: backupTrouble.nullable(), snapshots: z.array(backupSnapshot).readonly() })),
  /** Begins to read it; the server starts anew with it when all of it is there. */
  restoreBackup: callFor('nothing')
    .input(z.object({ ...beginner, ...backupOrigin, snapshotId: id }))
    .output(z.object({ trouble: backupTrouble.nullable() })),
  restoreProgress: callFor('nothing')
    .input(z.object(beginner))
    .output(
      z.object({
        job: backupJob.nullable(),
        /** Why the last one came to nothing. */
        trouble: backupTrouble.nullable(),
        /** It is ready, and takes place when the server starts the next time. */
        isRestartDue: z.boolean(),
      }),
    ),
  cancelRestore: callFor('nothing').input(z.object(beginner)).output(z.void()),
};

export const setupContract = {
  ...restoreContract,
  /** The first step: only while there is no administrator; from this machine, or with the token of the first start. Signs the new administrator in. */
  createAdministrator: callFor('nothing').input(newAdministrator).output(sessionState),
  dnsRecords: callFor('settings.read').output(
    z.array(z.object({ domain: z.string(), records: z.array(dnsRecord).readonly() })).readonly(),
  ),
  /** Sends a test message to an account through queue, routing and delivery; answers with its timeline's id. */
  sendTestMessage: callFor('settings.change')
    .input(z.object({ accountId }))
    .output(z.object({ traceId: id })),
  finish: callFor('settings.change').output(sessionState),
};
