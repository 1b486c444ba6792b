/**
 * Setup area: what the first start needs beyond the other areas: the first administrator, the DNS records to publish, a
 * message through the real path. Domains, accounts and settings are changed through their own areas.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
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

const newAdministrator = credentials.extend({
  /** From another machine than this one: what the service wrote at its first start. */
  token: z.string().max(LIMITS.setupTokenLength).exactOptional(),
  /** In which Setup is read: the server writes to people in it until somebody says otherwise. */
  language: noticeLanguage.exactOptional(),
});

export const setupContract = {
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
