/**
 * Reports area: what others tell of mail in our name (DMARC) and of TLS to us (TLS-RPT), and whether we tell them.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { count, time } from './values.ts';

/** Reports kept are not older (host: 400 days). */
const MAX_DAYS = 400;
const MAX_ADDRESSES = 20;

export const reportQuery = z.object({
  /** One of our domains; null: all. */
  domain: z.string().max(LIMITS.domainLength).nullable(),
  /** How many days back. */
  days: z.int().min(1).max(MAX_DAYS),
});
export type ReportQuery = z.infer<typeof reportQuery>;

/** `isProved`: the mail of its reports was proved to be from its author; anybody can write a report. */
const reporter = { name: z.string(), reports: count, isProved: z.boolean() };

export const dmarcSummary = z.object({
  reports: count,
  lastReceivedAt: time.nullable(),
  /** UTC days, oldest first; those without mail are left out. */
  days: z.array(z.object({ day: time, passed: count, failed: count })).readonly(),
  /** Who sends in our name, most mail first. */
  sources: z
    .array(
      z.object({
        address: z.string(),
        domain: z.string(),
        messages: count,
        passed: count,
        isDkimAligned: z.boolean(),
        isSpfAligned: z.boolean(),
        /** Domains that its signatures and its envelope name. */
        names: z.array(z.string()).readonly(),
        quarantined: count,
        rejected: count,
      }),
    )
    .readonly(),
  reporters: z.array(z.object({ ...reporter, messages: count })).readonly(),
});
export type DmarcSummary = z.infer<typeof dmarcSummary>;

export const tlsSummary = z.object({
  reports: count,
  lastReceivedAt: time.nullable(),
  days: z.array(z.object({ day: time, succeeded: count, failed: count })).readonly(),
  failures: z
    .array(
      z.object({
        domain: z.string(),
        /** RFC 8460 §4.3, e.g. `certificate-expired`. */
        resultType: z.string(),
        receivingMx: z.string(),
        sessions: count,
        reporters: z.array(z.string()).readonly(),
        detail: z.string(),
      }),
    )
    .readonly(),
  reporters: z.array(z.object({ ...reporter, sessions: count })).readonly(),
});
export type TlsSummary = z.infer<typeof tlsSummary>;

export const reportSettings = z.object({
  /** Where reports come in, besides the addresses that our records in DNS name. */
  addresses: z.array(z.string().trim().min(3).max(LIMITS.addressLength)).max(MAX_ADDRESSES).readonly(),
  sendsDmarc: z.boolean(),
  sendsTls: z.boolean(),
  /** Days after which a successor of a signing key is announced; 0: never by itself. */
  rotateAfterDays: z.int().min(0).max(3650),
});
export type ReportSettings = z.infer<typeof reportSettings>;

export const reportsContract = {
  watchDmarc: callFor('settings.read').input(reportQuery).output(feedOf(dmarcSummary, noChange)),
  watchTls: callFor('settings.read').input(reportQuery).output(feedOf(tlsSummary, noChange)),
  watchSettings: callFor('settings.read').output(feedOf(reportSettings, noChange)),
  changeSettings: callFor('settings.change').input(reportSettings).output(z.void()),
};
