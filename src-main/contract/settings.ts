/**
 * Settings area: listeners and ports, the server's name, its certificate, where the data lies.
 */
import { z } from 'zod';
import { NOTICE_LANGUAGES } from '../base/notice-language.ts';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { DETAIL_SEPARATORS_SHAPE, LIMITS } from './limits.ts';
import { time } from './values.ts';

export const listenerName = z.enum([
  'smtp',
  'submission',
  'submissions',
  'pop3',
  'pop3s',
  'imap',
  'imaps',
  'managesieve',
  'http',
  'https',
]);
export type ListenerName = z.infer<typeof listenerName>;

/** What would give the listener its standard port. */
export const portRemedy = z.object({
  /** `grantRights`: the system keeps low ports to itself. `freePort`: another program has it. `seeDetail`: read the system's words. */
  kind: z.enum(['grantRights', 'freePort', 'seeDetail']),
  /** Commands to run on this machine, in order; empty where there is nothing to run. */
  commands: z.array(z.string()).readonly(),
});
export type PortRemedy = z.infer<typeof portRemedy>;

export const listenerRow = z.object({
  name: listenerName,
  standardPort: z.int(),
  tls: z.enum(['implicit', 'starttls', 'none']),
  state: z.enum(['listening', 'off', 'failed']),
  port: z.int().nullable(),
  problem: z.enum(['portTaken', 'needsRights', 'other']).nullable(),
  problemDetail: z.string().nullable(),
  remedy: portRemedy.nullable(),
});
export type ListenerRow = z.infer<typeof listenerRow>;

export const certificateSummary = z.object({
  subject: z.string(),
  issuer: z.string(),
  isSelfSigned: z.boolean(),
  notAfter: time,
  /** DNS names it is good for. */
  names: z.array(z.string()).readonly(),
});
export type CertificateSummary = z.infer<typeof certificateSummary>;

/** What parts `anna` from `news` in `anna+news@`; each character does, and none is given where the office wants none. */
export const detailSeparators = z.string().regex(DETAIL_SEPARATORS_SHAPE, 'is made of + - _ . = #');

/** In which the server writes to people. */
export const noticeLanguage = z.enum(NOTICE_LANGUAGES);

const minuteOfDay = z
  .int()
  .min(0)
  .max(24 * 60 - 1);

/** When nobody wants to be told of anything, in the local time of the server; minutes after midnight. */
export const quietHours = z.object({
  fromMinute: minuteOfDay,
  untilMinute: minuteOfDay,
  /** Whether errors wait too. */
  holdsErrors: z.boolean(),
});
export type QuietHours = z.infer<typeof quietHours>;

export const serverSettings = z.object({
  hostname: z.string(),
  /** Addresses at which the world reaches this server, where somebody has said them. */
  publicAddresses: z.array(z.string()).readonly(),
  /** Whether devices find their settings on the web ports. */
  tellsDevices: z.boolean(),
  detailSeparators: z.string(),
  noticeLanguage,
  allowCleartextAuth: z.boolean(),
  listeners: z.array(listenerRow).readonly(),
  certificate: certificateSummary,
  /** Whether numbers are given to a monitoring system that has a token. */
  metricsEnabled: z.boolean(),
  /** null: there are none. */
  quietHours: quietHours.nullable(),
  dataFolder: z.string(),
  version: z.string(),
  /** As process.platform has it. */
  platform: z.string(),
});
export type ServerSettings = z.infer<typeof serverSettings>;

export const settingsChange = z.object({
  hostname: z.string().trim().min(1).max(LIMITS.domainLength).exactOptional(),
  publicAddresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(LIMITS.publicAddresses)
    .readonly()
    .exactOptional(),
  tellsDevices: z.boolean().exactOptional(),
  noticeLanguage: noticeLanguage.exactOptional(),
  allowCleartextAuth: z.boolean().exactOptional(),
  detailSeparators: detailSeparators.exactOptional(),
  metricsEnabled: z.boolean().exactOptional(),
  quietHours: quietHours.nullable().exactOptional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

export const settingsContract = {
  watch: callFor('settings.read').output(feedOf(serverSettings, noChange)),
  change: callFor('settings.change').input(settingsChange).output(serverSettings),
};
