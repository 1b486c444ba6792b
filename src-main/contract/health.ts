/**
 * Health area: what is wrong with this server's set-up, and what exactly puts it right. Sentences are codes with values
 * (contract/health-texts.ts has their words).
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { count, time } from './values.ts';

export const healthCard = z.enum(['receive', 'send', 'trust', 'clients', 'safe']);
export type HealthCard = z.infer<typeof healthCard>;

/** `undetermined`: nobody could say. */
export const healthState = z.enum(['ok', 'warning', 'error', 'undetermined']);
export type HealthState = z.infer<typeof healthState>;

const values = z.record(z.string(), z.union([z.string(), z.number()])).readonly();
export const healthText = z.object({ code: z.string(), values });
export type HealthText = z.infer<typeof healthText>;

/** As it stands in a zone; `value` null: this server cannot know it (its public address). */
export const zoneRecord = z.object({
  type: z.enum(['MX', 'A', 'AAAA', 'TXT', 'SRV', 'CNAME', 'TLSA']),
  name: z.string(),
  priority: z.number().nullable(),
  weight: z.number().nullable(),
  port: z.number().nullable(),
  value: z.string().nullable(),
  ttlSeconds: z.number(),
});
export type ZoneRecord = z.infer<typeof zoneRecord>;

export const healthAction = z.enum(['renewCertificate', 'makeSigningKey', 'runDatabaseCheck', 'retryQueue']);
export type HealthAction = z.infer<typeof healthAction>;

export const healthFix = z.discriminatedUnion('kind', [
  /** `instead` (as found in DNS) goes. */
  z.object({
    kind: z.literal('publish'),
    domain: z.string(),
    record: zoneRecord,
    instead: z.array(zoneRecord).readonly(),
  }),
  z.object({ kind: z.literal('withdraw'), domain: z.string(), record: zoneRecord }),
  z.object({ kind: z.literal('letter'), letter: z.enum(['reverseName', 'openPort25', 'delist']), values }),
  z.object({
    kind: z.literal('page'),
    page: z.enum([
      ...['accounts', 'certificates', 'domains', 'listeners', 'queue', 'relay', 'reports'],
      ...['settings', 'signIns', 'signingKeys', 'encryption', 'backups', 'running'],
    ] as const),
    subject: z.string(),
  }),
  z.object({ kind: z.literal('action'), action: healthAction, subject: z.string() }),
  z.object({ kind: z.literal('advice'), text: healthText }),
]);
export type HealthFix = z.infer<typeof healthFix>;

export const healthEvidence = z.object({
  question: z.string(),
  answer: z.string(),
  /** Empty: the resolver. */
  source: z.string(),
  durationMs: z.number(),
});
export type HealthEvidence = z.infer<typeof healthEvidence>;

export const nameServerSpread = z.object({
  servers: z.array(z.object({ name: z.string(), has: z.boolean().nullable() })).readonly(),
  ttlSeconds: z.number().nullable(),
});
export type NameServerSpread = z.infer<typeof nameServerSpread>;

/** Names one row; `domain`: whose check it is, empty for the server. */
const rowKey = {
  check: z.string().min(1).max(LIMITS.nameLength),
  domain: z.string().max(LIMITS.domainLength),
  subject: z.string().max(LIMITS.addressLength + LIMITS.domainLength),
};
export const healthKey = z.object(rowKey);
export type HealthKey = z.infer<typeof healthKey>;

export const healthRow = z.object({
  ...rowKey,
  card: healthCard,
  state: healthState,
  text: healthText,
  /** As it should be and as it is, side by side; empty where a comparison says nothing. */
  expected: z.array(z.string()).readonly(),
  found: z.array(z.string()).readonly(),
  evidence: z.array(healthEvidence).readonly(),
  fixes: z.array(healthFix).readonly(),
  spread: nameServerSpread.nullable(),
  checkedAt: time,
  /** Since when it is in this state. */
  changedAt: time,
  /** null: it counts. */
  ignored: z.object({ reason: z.string(), until: time.nullable(), by: z.string(), at: time }).nullable(),
});
export type HealthRow = z.infer<typeof healthRow>;

export const healthView = z.object({
  rows: z.array(healthRow).readonly(),
  domains: z.array(z.string()).readonly(),
  lastRun: z.object({ startedAt: time, endedAt: time }).nullable(),
  /** Of a run over everything. */
  progress: z.object({ startedAt: time, done: count, total: count }).nullable(),
  /** What is asked anew. */
  checking: z.array(z.object({ check: z.string(), domain: z.string() })).readonly(),
  /** When everything is asked next by itself; null: never. */
  nextRunAt: time.nullable(),
});
export type HealthView = z.infer<typeof healthView>;

export const healthChange = z.object({
  at: time,
  from: healthState.nullable(),
  /** null: it is not asked about any more. */
  state: healthState.nullable(),
  text: healthText,
});
export type HealthChange = z.infer<typeof healthChange>;

const name = z.string().trim().min(1).max(LIMITS.domainLength);

export const healthSettings = z.object({
  /** Hours between two runs; 0: never by itself. */
  everyHours: z.int().min(0).max(168),
  tellsByMail: z.boolean(),
  /** Empty: postmaster of the first domain. */
  tells: z.array(z.string().trim().min(3).max(LIMITS.addressLength)).max(20).readonly(),
  /** `https://…` or `http://…`; null: none. */
  outsideHelper: z
    .url({ protocol: /^https?$/u })
    .max(300)
    .nullable(),
  portTestDomains: z.array(name).max(10).readonly(),
  /** As the world sees this server. */
  publicAddresses: z.array(z.string().trim().min(2).max(64)).max(20).readonly(),
  /** Empty: the system's. */
  dnsServers: z.array(z.string().trim().min(2).max(64)).max(8).readonly(),
});
export type HealthSettings = z.infer<typeof healthSettings>;

/** Which setting is none, and the text that is not. */
export const healthFault = z.object({
  field: z.enum(['publicAddresses', 'dnsServers', 'portTestDomains', 'tells']),
  value: z.string(),
});
export type HealthFault = z.infer<typeof healthFault>;

export const healthContract = {
  watch: callFor('settings.read').output(feedOf(healthView, noChange)),
  history: callFor('settings.read').input(healthKey).output(z.array(healthChange).readonly()),
  /** Begins to ask everything; what is found comes by `watch`. */
  run: callFor('settings.change').output(z.void()),
  cancel: callFor('settings.change').output(z.void()),
  /** Resolves when it was asked. Without a check: everything about the domain. */
  recheck: callFor('settings.change')
    .input(z.object({ check: rowKey.check.nullable(), domain: rowKey.domain }))
    .output(z.void()),
  ignore: callFor('settings.change')
    .input(
      healthKey.extend({ reason: z.string().trim().min(1).max(LIMITS.reasonLength), until: time.nullable() }),
    )
    .output(z.void()),
  unignore: callFor('settings.change').input(healthKey).output(z.void()),
  /** What a fix of the kind `action` does. */
  act: callFor('settings.change')
    .input(z.object({ action: healthAction, subject: rowKey.subject }))
    .output(z.void()),
  watchSettings: callFor('settings.read').output(feedOf(healthSettings, noChange)),
  changeSettings: callFor('settings.change')
    .errors({
      INVALID_HEALTH_SETTING: {
        status: 422,
        message: 'A setting is wrong',
        data: healthFault,
      },
    })
    .input(healthSettings)
    .output(healthSettings),
};
