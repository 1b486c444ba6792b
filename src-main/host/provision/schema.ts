/**
 * The provision file: a whole set-up as JSON, for unattended installation and for scripts.
 *
 * Invariants: an unknown key or a wrong value is refused with its path, before anything is changed.
 */
import { detailSeparators } from '../../contract/settings.ts';
import { z } from 'zod';
import { NOTICE_LANGUAGES } from '../../base/notice-language.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { screeningProvision, senders } from './screening.ts';
import { acmeProvision, mtaStsProvision, outboundTlsProvision, tlsProvision } from './trust.ts';

const pop3 = z.strictObject({
  mailbox: z.string().min(1).exactOptional(),
  onDelete: z.enum(['remove', 'moveToTrash']).exactOptional(),
  keepDays: z.int().min(1).nullable().exactOptional(),
  loginDelaySeconds: z.int().min(0).max(3600).exactOptional(),
});

const handOver = [
  z.strictObject({ method: z.literal('mbox'), path: z.string().min(1) }),
  z.strictObject({ method: z.literal('maildir'), path: z.string().min(1) }),
  z.strictObject({ method: z.literal('pipe'), command: z.array(z.string()).min(1) }),
  z.strictObject({ method: z.literal('lmtp'), host: z.string().min(1), port: z.int().min(1).max(65_535) }),
] as const;

const delivery = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('mailstore') }),
  ...handOver,
]);

const octets = z.int().min(1).nullable();

/** An address, or a local-part alone: of this domain. */
const named = z.string().min(1);
const oneOrMore = z.union([named.transform((one) => [one]), z.array(named).min(1)]);

/** As another data folder has kept it (`postroom export-setup`). */
const keptPassword = z.strictObject({
  scrypt: z.string().min(1),
  scramSha256: z.string().min(1),
  scramSha1: z.string().min(1).exactOptional(),
});

const accountFields = z.strictObject({
  localPart: z.string().min(1),
  password: z.string().min(1).exactOptional(),
  keptPassword: keptPassword.exactOptional(),
  name: z.string().default(''),
  pop3: pop3.exactOptional(),
  addresses: z.array(named).exactOptional(),
  quotaBytes: octets.exactOptional(),
  forwardTo: oneOrMore.exactOptional(),
  /** Of what is forwarded. */
  keepCopy: z.boolean().default(true),
  delivery: delivery.exactOptional(),
  /** Its password lets no mail program in. */
  requiresAppPassword: z.boolean().exactOptional(),
  /** Whom it always, and never, wants mail from: addresses and domains. */
  allow: senders.exactOptional(),
  block: senders.exactOptional(),
  /** The text of its filter script (RFC 5228). */
  sieve: z.string().min(1).exactOptional(),
});

const account = accountFields.refine(
  ({ password, keptPassword: kept }) => (password === undefined) !== (kept === undefined),
  { error: 'password, or keptPassword, is needed', path: ['password'] },
);

const alias = z.strictObject({
  localPart: z.string().min(1),
  to: z.array(z.string().min(3)).default([]),
  enabled: z.boolean().exactOptional(),
  expiresAt: z.iso.datetime({ offset: true }).exactOptional(),
  delivery: z.discriminatedUnion('method', handOver).exactOptional(),
});

const group = z.strictObject({
  localPart: z.string().min(1),
  name: z.string().default(''),
  members: z.array(named).default([]),
  posting: z.enum(['anyone', 'members', 'domain']).default('anyone'),
  moderators: z.array(named).default([]),
});

const sharedMailbox = z.strictObject({
  localPart: z.string().min(1),
  name: z.string().default(''),
  members: z
    .array(
      z.strictObject({
        /** An address, or `anyone`. */
        account: z.string().min(3),
        /** A level, or rights of RFC 4314 §2.1. */
        rights: z.union([z.enum(['read', 'write', 'manage']), z.string().regex(/^[lrswipkxtea]+$/)]),
      }),
    )
    .default([]),
});

const domain = z.strictObject({
  name: z.string().min(1),
  accounts: z.array(account).default([]),
  aliases: z.array(alias).default([]),
  groups: z.array(group).default([]),
  /** Who gets what nobody has the address for. */
  catchAll: oneOrMore.exactOptional(),
  /** A domain whose addresses are valid in this one too. */
  aliasOf: z.string().min(1).exactOptional(),
  /** For all accounts of the domain together. */
  quotaBytes: octets.exactOptional(),
  sharedMailboxes: z.array(sharedMailbox).default([]),
  /** What others are told of TLS to it (RFC 8461). */
  mtaSts: mtaStsProvision.exactOptional(),
});

const port = z.int().min(1).max(65_535);

const relay = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('direct') }),
  z.strictObject({ mode: z.literal('off') }),
  z.strictObject({
    mode: z.literal('smarthost'),
    host: z.string().min(1),
    port,
    tls: z.enum(['starttls', 'implicit', 'none']),
    verifyCertificate: z.boolean().default(false),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
  }),
]);

const seconds = z.number().min(1);

const retryTimes = {
  firstRetrySeconds: seconds.exactOptional(),
  longestRetrySeconds: seconds.exactOptional(),
  delayWarningSeconds: seconds.exactOptional(),
  lifetimeSeconds: seconds.exactOptional(),
};

const route = z.strictObject({
  name: z.string().min(1).exactOptional(),
  recipientDomain: z.string().min(1).default('*'),
  senderAccount: z.string().min(3).exactOptional(),
  senderDomain: z.string().min(1).exactOptional(),
  client: z.string().min(1).exactOptional(),
  hosts: z.array(z.string().min(1)).min(1),
  protocol: z.enum(['smtp', 'lmtp']).default('smtp'),
  tls: z.enum(['opportunistic', 'required', 'implicit', 'none']).default('opportunistic'),
  verifyCertificate: z.boolean().default(false),
  user: z.string().min(1).exactOptional(),
  password: z.string().min(1).exactOptional(),
  retry: z.strictObject(retryTimes).exactOptional(),
  maxSessions: z.int().min(1).exactOptional(),
  messagesPerMinute: z.number().positive().exactOptional(),
});

const text = z.string().min(1);
const texts = z.array(text).min(1);

const relayRule = z.strictObject({
  name: text.exactOptional(),
  client: z
    .union([
      z.enum(['anyone', 'signed-in']),
      z.strictObject({ account: z.union([text, texts]) }),
      z.strictObject({ group: text }),
      z.strictObject({ network: z.union([text, texts]) }),
    ])
    .default('anyone'),
  recipients: z
    .union([z.enum(['ours', 'anywhere']), z.strictObject({ domains: z.union([text, texts]) })])
    .default('anywhere'),
  action: z.union([
    z.literal('accept'),
    z.literal('refuse'),
    z.strictObject({ refuse: text }),
    z.strictObject({ route: text }),
  ]),
  enabled: z.boolean().default(true),
  expiresAt: z.iso.datetime({ offset: true }).exactOptional(),
  maxOctets: z.int().min(1).exactOptional(),
  messagesPerHour: z.int().min(1).exactOptional(),
  note: z.string().exactOptional(),
});

const networks = z.array(z.string().min(1));
const count = z.int().min(1);

const security = z.strictObject({
  allowCleartextAuth: z.boolean().optional(),
  /** SCRAM-SHA-1 for programs that know nothing better. */
  allowScramSha1: z.boolean().exactOptional(),
  /** An OpenID provider whose tokens let people in (OAUTHBEARER, XOAUTH2). */
  tokenIssuer: z
    .strictObject({
      issuer: z.url({ protocol: /^https?$/ }),
      audience: z.string().min(1),
      addressClaim: z.string().min(1).default('email'),
    })
    .nullable()
    .exactOptional(),
  /** A PEM file of authorities that vouch for people's certificates (EXTERNAL). */
  clientAuthorityFile: z.string().min(1).nullable().exactOptional(),
  trustedProxies: z
    .strictObject({ proxyProtocol: networks.exactOptional(), xclient: networks.exactOptional() })
    .optional(),
  limits: z
    .strictObject({
      connections: count.exactOptional(),
      connectionsPerMinute: count.exactOptional(),
      messagesPerHour: count.exactOptional(),
      recipientsPerHour: count.exactOptional(),
      errorsPerHour: count.exactOptional(),
      exempt: networks.exactOptional(),
    })
    .optional(),
});

export const provision = z.strictObject({
  hostname: z.string().min(1).optional(),
  /** Addresses at which the world reaches this server. */
  publicAddresses: z.array(z.union([z.ipv4(), z.ipv6()])).exactOptional(),
  /** Whether devices find their settings on ports 80 and 443. */
  tellsDevices: z.boolean().exactOptional(),
  /** In which the server writes to people. */
  noticeLanguage: z.enum(NOTICE_LANGUAGES).optional(),
  detailSeparators: detailSeparators.optional(),
  admin: z.strictObject({ name: z.string().min(1), password: z.string().min(1) }).optional(),
  domains: z.array(domain).default([]),
  tls: tlsProvision.optional(),
  acme: acmeProvision.optional(),
  security: security.optional(),
  outboundTls: outboundTlsProvision.optional(),
  encryption: z.strictObject({ enabled: z.boolean(), keyFile: z.string().min(1).exactOptional() }).optional(),
  dns: z.strictObject({ servers: z.array(z.string().min(1)).min(1) }).optional(),
  relay: relay.optional(),
  routes: z.array(route).optional(),
  relayRules: z.array(relayRule).optional(),
  queue: z.strictObject(retryTimes).optional(),
  screening: screeningProvision.optional(),
});

export type Provision = z.infer<typeof provision>;

/** Reads the text of a provision file; the error is one sentence with the path of what is wrong. */
export function parseProvision(text: string): Result<Provision, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return err(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = provision.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(issue === undefined ? 'is not valid' : describeIssue(issue));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `${formatPath([...issue.path, issue.keys[0] ?? ''])}: unknown key`;
  }
  return `${formatPath(issue.path)}: ${issue.message}`;
}

/** `domains[0].accounts[1].password` */
function formatPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./u, '');
  return text === '' ? 'the whole file' : text;
}
