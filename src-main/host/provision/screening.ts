/** The provision file's word on screening: what it says replaces what is set, the rest stays. */
import { z } from 'zod';
import type { EngineTarget } from '../../protocol/engine/engine-channel.ts';
import { parseSenderPattern } from '../../mail/screening/sender-lists/port.ts';
import { QUARANTINE_KINDS } from '../../mail/screening/quarantine/port.ts';
import type {
  EngineSetting,
  QuarantineSetting,
  ScreeningRule,
  ScreeningSettings,
} from '../../mail/screening/settings.ts';

const text = z.string().min(1);

const engine = z.strictObject({
  kind: z.enum(['rspamd', 'spamassassin', 'clamav', 'milter']),
  name: text.exactOptional(),
  /** `host:port`, or the path of a local socket. */
  at: z.string().regex(/^\/|:\d{1,5}$/),
  timeoutSeconds: z.number().min(1).max(120).default(20),
  maxOctets: z
    .int()
    .min(1)
    .default(25 * 1024 * 1024),
  whenUnavailable: z.enum(['skip', 'defer']).exactOptional(),
  password: text.exactOptional(),
});

const rule = z.strictObject({
  name: text,
  action: z.enum(['accept', 'junk', 'quarantine', 'reject', 'score']),
  points: z.number().exactOptional(),
  sender: text.exactOptional(),
  recipient: text.exactOptional(),
  client: text.exactOptional(),
  header: z.strictObject({ name: text, pattern: text }).exactOptional(),
  body: text.exactOptional(),
  attachment: text.exactOptional(),
  largerThanBytes: z.int().min(0).exactOptional(),
});

const dnsList = z.strictObject({
  zone: text,
  kind: z.enum(['client', 'domain']).default('client'),
  isEnabled: z.boolean().default(true),
  meanings: z
    .array(
      z.strictObject({
        answers: text,
        meaning: text,
        weight: z.number(),
        refuses: z.boolean().exactOptional(),
      }),
    )
    .min(1),
});

/** As they are stored. */
export const senders = z.array(
  z.string().transform((text, context) => {
    const pattern = parseSenderPattern(text);
    if (pattern !== null) return pattern;
    context.addIssue('is no address, domain or network');
    return z.NEVER;
  }),
);

export const screeningProvision = z.strictObject({
  enabled: z.boolean().optional(),
  thresholds: z
    .strictObject({ junk: z.number(), quarantine: z.number().nullable(), reject: z.number().nullable() })
    .optional(),
  greylisting: z
    .strictObject({ enabled: z.boolean(), delaySeconds: z.number().min(1).default(300) })
    .optional(),
  dnsLists: z.array(dnsList).optional(),
  rules: z.array(rule).optional(),
  engines: z.array(engine).optional(),
  /** Whom the office always, and never, wants mail from: addresses, domains, client networks. */
  allow: senders.optional(),
  block: senders.optional(),
  quarantine: z
    .strictObject({
      keepDays: z.int().min(1).max(365).exactOptional(),
      digestHour: z.int().min(0).max(23).nullable().exactOptional(),
      handledBy: z
        .partialRecord(z.enum(QUARANTINE_KINDS), z.enum(['account', 'administrators']))
        .exactOptional(),
      consoleUrl: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .exactOptional(),
    })
    .optional(),
});

type ScreeningProvision = z.infer<typeof screeningProvision>;

export function toScreening(wanted: ScreeningProvision, current: ScreeningSettings): ScreeningSettings {
  const { enabled, thresholds, greylisting, dnsLists, rules, engines, quarantine } = wanted;
  return {
    ...current,
    ...(enabled !== undefined && { isEnabled: enabled }),
    ...(thresholds !== undefined && { thresholds }),
    ...(dnsLists !== undefined && { dnsLists }),
    ...(rules !== undefined && { rules: rules.map(toRule) }),
    ...(engines !== undefined && { engines: engines.map(toEngine) }),
    ...(quarantine !== undefined && { quarantine: toQuarantine(quarantine, current.quarantine) }),
    ...(greylisting !== undefined && {
      greylisting: {
        ...current.greylisting,
        isEnabled: greylisting.enabled,
        delayMs: 1000 * greylisting.delaySeconds,
      },
    }),
  };
}

function toQuarantine(
  { handledBy, ...rest }: NonNullable<ScreeningProvision['quarantine']>,
  current: QuarantineSetting,
): QuarantineSetting {
  return { ...current, ...rest, handledBy: { ...current.handledBy, ...handledBy } };
}

function toRule(rule: NonNullable<ScreeningProvision['rules']>[number], index: number): ScreeningRule {
  return { ...rule, id: String(index + 1), isEnabled: true };
}

function toEngine(
  { at, timeoutSeconds, kind, name = kind, whenUnavailable, ...rest }: z.infer<typeof engine>,
  index: number,
): EngineSetting {
  // Without a word about it, what may be malicious waits, and what may be junk comes in.
  const policy = whenUnavailable ?? (kind === 'clamav' ? 'defer' : 'skip');
  const engineFacts = { id: String(index + 1), kind, name, isEnabled: true, target: toTarget(at) };
  return { ...rest, ...engineFacts, timeoutMs: 1000 * timeoutSeconds, whenUnavailable: policy };
}

function toTarget(at: string): EngineTarget {
  if (at.startsWith('/')) return { kind: 'local', path: at };
  const colon = at.lastIndexOf(':');
  return {
    kind: 'tcp',
    host: at.slice(0, colon).replace(/^\[|\]$/gu, ''),
    port: Number(at.slice(colon + 1)),
  };
}
