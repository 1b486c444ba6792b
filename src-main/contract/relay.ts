/**
 * Relay area: who may send through us, and where does mail go? Rules, routes, the smart host; and what tries them out.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { time } from './values.ts';

const name = z.string().trim().min(1).max(LIMITS.ruleNameLength);
const address = z.string().trim().min(1).max(LIMITS.addressLength);
const pattern = z.string().trim().min(1).max(LIMITS.domainLength);
const host = z.string().trim().min(1).max(LIMITS.domainLength);
const patterns = z.array(pattern).min(1).max(LIMITS.rulePatterns).readonly();
const user = z.string().min(1).max(LIMITS.addressLength);
const password = z.string().min(1).max(LIMITS.passwordLength);
const port = z.int().min(1).max(65_535);

/** How the two fixed rules are called where a rule's name stands; no other rule may be called so. */
export const FIXED_RULES = {
  ours: 'Our own recipients are accepted',
  everythingElse: 'Everything else is refused',
} as const;

export const relayRule = z.object({
  /** Unique; replies and timelines call the rule so. */
  name,
  isEnabled: z.boolean(),
  clients: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('anyone') }),
    z.object({ kind: z.literal('signedIn') }),
    z.object({
      kind: z.literal('accounts'),
      addresses: z.array(address).min(1).max(LIMITS.rulePatterns).readonly(),
    }),
    /** Everyone that the alias leads to. */
    z.object({ kind: z.literal('group'), address }),
    /** Addresses and networks; they need not sign in. */
    z.object({ kind: z.literal('networks'), networks: patterns }),
  ]),
  recipients: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ours') }),
    z.object({ kind: z.literal('domains'), domains: patterns }),
    z.object({ kind: z.literal('anywhere') }),
  ]),
  action: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('accept') }),
    z.object({
      kind: z.literal('refuse'),
      /** Stands in a reply line. */
      text: z
        .string()
        .trim()
        .min(1)
        .max(LIMITS.refusalTextLength)
        .regex(/^[^\p{Cc}]*$/u)
        .exactOptional(),
    }),
    z.object({ kind: z.literal('route'), route: name }),
  ]),
  expiresAt: time.exactOptional(),
  maxOctets: z.int().min(1).exactOptional(),
  messagesPerHour: z.int().min(1).exactOptional(),
  note: z.string().max(LIMITS.ruleNoteLength).exactOptional(),
});
export type RelayRule = z.infer<typeof relayRule>;

/** What is wrong with a rule; `value` is the text that is. */
export const ruleProblem = z.object({
  index: z.int().nonnegative(),
  field: z.enum(['name', 'clients', 'recipients', 'action']),
  fault: z.enum([
    'nameMissing',
    'nameTaken',
    'notNetwork',
    'notAddress',
    'notDomain',
    'noSuchRoute',
    'ownRecipientsStay',
    'openRelay',
  ]),
  value: z.string(),
});
export type RuleProblem = z.infer<typeof ruleProblem>;

const seconds = z.number().min(1);

const routeFacts = z.object({
  /** Unique. */
  name,
  recipientDomain: pattern,
  senderAccount: address.exactOptional(),
  senderDomain: pattern.exactOptional(),
  client: pattern.exactOptional(),
  /** `host` or `host:port`. */
  hosts: z.array(host).min(1).max(LIMITS.routeHosts).readonly(),
  protocol: z.enum(['smtp', 'lmtp']),
  tls: z.enum(['opportunistic', 'required', 'implicit', 'none']),
  verifyCertificate: z.boolean(),
  user: user.exactOptional(),
  /** Where its times differ from the queue's. */
  retry: z
    .object({
      firstRetrySeconds: seconds.exactOptional(),
      longestRetrySeconds: seconds.exactOptional(),
      delayWarningSeconds: seconds.exactOptional(),
      lifetimeSeconds: seconds.exactOptional(),
    })
    .exactOptional(),
  maxSessions: z.int().min(1).exactOptional(),
  messagesPerMinute: z.number().positive().exactOptional(),
});

/** What is shown of a route; its password never is. */
export const routeView = routeFacts.extend({ hasPassword: z.boolean() });
export type RouteView = z.infer<typeof routeView>;

/** `savedAs`: the route's name until now; without a new password the one of then is kept. */
export const routeInput = routeFacts.extend({
  password: password.exactOptional(),
  savedAs: name.exactOptional(),
});
export type RouteInput = z.infer<typeof routeInput>;

const smartHostFacts = z.object({
  mode: z.literal('smarthost'),
  host,
  port,
  tls: z.enum(['starttls', 'implicit', 'none']),
  verifyCertificate: z.boolean(),
  user: user.exactOptional(),
});

export const relayView = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('direct') }),
  z.object({ mode: z.literal('off') }),
  smartHostFacts.extend({ hasPassword: z.boolean() }),
]);
export type RelayView = z.infer<typeof relayView>;

/** A smart host with a user and without a password keeps the one that it has. */
export const relayInput = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('direct') }),
  z.object({ mode: z.literal('off') }),
  smartHostFacts.extend({ password: password.exactOptional() }),
]);
export type RelayInput = z.infer<typeof relayInput>;

export const routeProblem = z.object({
  index: z.int().nonnegative(),
  field: z.enum(['name', 'recipientDomain', 'senderAccount', 'senderDomain', 'client', 'hosts', 'user']),
  value: z.string(),
});
export type RouteProblem = z.infer<typeof routeProblem>;

export const relaySetUp = z.object({
  /** Changes with whatever else is here; a change says which one it was made of. */
  revision: z.string(),
  /** In their order; two fixed ones stand below them. */
  rules: z.array(relayRule).readonly(),
  routes: z.array(routeView).readonly(),
  relay: relayView,
  ownDomains: z.array(z.string()).readonly(),
});
export type RelaySetUp = z.infer<typeof relaySetUp>;

const revision = z.string().max(LIMITS.idLength);

export const tryOutInput = z.object({
  /** The client's address. */
  client: z.string().trim().min(1).max(LIMITS.addressLength),
  /** The account that it signed in to. */
  account: address.exactOptional(),
  /** Empty for the null reverse-path. */
  from: z.string().trim().max(LIMITS.addressLength),
  to: address,
});
export type TryOutInput = z.infer<typeof tryOutInput>;

export const tryOutResult = z.object({
  isAccepted: z.boolean(),
  /** Which check decided: the relay rules, whose address the sender is, or the recipient. */
  decidedBy: z.enum(['rule', 'sender', 'recipient']),
  /** Of the rule that was asked; null where none was. */
  rule: z.string().nullable(),
  /** What a refused client would hear. */
  reply: z.string().nullable(),
  /** Whether a client that did not sign in could do the same on the submission ports. */
  mayUseSubmission: z.boolean(),
  destination: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({
      kind: z.literal('local'),
      accounts: z.array(z.string()).readonly(),
      foreign: z.array(z.string()).readonly(),
    }),
    z.object({
      kind: z.literal('relay'),
      by: z.enum(['route', 'smarthost', 'mx']),
      /** The route's name. */
      route: z.string().nullable(),
      /** In the order in which they are tried. */
      hosts: z
        .array(z.object({ host: z.string(), port: z.int(), addresses: z.array(z.string()).readonly() }))
        .readonly(),
      /** Why there are no hosts. */
      problem: z.string().nullable(),
    }),
  ]),
});
export type TryOutResult = z.infer<typeof tryOutResult>;

export const dialogueLine = z.object({
  from: z.enum(['client', 'server', 'note']),
  text: z.string(),
});
export type DialogueLine = z.infer<typeof dialogueLine>;

export const connectionStep = z.enum(['dns', 'connect', 'greeting', 'hello', 'tls', 'signIn', 'close']);
export type ConnectionStep = z.infer<typeof connectionStep>;

export const certificateFacts = z.object({
  subject: z.string(),
  issuer: z.string(),
  notAfter: time,
  names: z.array(z.string()).readonly(),
  isVerified: z.boolean(),
  /** Why it is not, in the words of the TLS library. */
  problem: z.string().nullable(),
});
export type CertificateFacts = z.infer<typeof certificateFacts>;

/** What happens while a connection is tried; `atMs` counts from the beginning. */
export const connectionEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), atMs: z.number(), step: connectionStep }),
  z.object({ type: z.literal('line'), atMs: z.number(), line: dialogueLine }),
  z.object({ type: z.literal('certificate'), atMs: z.number(), certificate: certificateFacts }),
  z.object({
    type: z.literal('done'),
    atMs: z.number(),
    isOk: z.boolean(),
    /** Where it ended. */
    step: connectionStep,
    /** null where it went well. */
    problem: z.object({ status: z.string(), diagnostic: z.string() }).nullable(),
  }),
]);
export type ConnectionEvent = z.infer<typeof connectionEvent>;

export const connectionTest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hosts'),
    hosts: z.array(host).min(1).max(LIMITS.routeHosts).readonly(),
    tls: z.enum(['opportunistic', 'required', 'implicit', 'none']),
    verifyCertificate: z.boolean(),
    user: user.exactOptional(),
    /** Missing: the saved one, where host and user are the saved ones too. */
    password: password.exactOptional(),
  }),
  /** Straight to the hosts that DNS names for the domain. */
  z.object({ kind: z.literal('domain'), domain: host }),
]);
export type ConnectionTest = z.infer<typeof connectionTest>;

export const relayTrickRow = z.object({
  /** Names the trick. */
  trick: z.string(),
  sender: z.string(),
  recipient: z.string(),
  /**
   * `refused`: as it must be. `accepted`: an open relay. `keptHere`: accepted, but for a mailbox here. `allowedByRule`: a rule
   * lets this machine send. `unknown`: there was no answer.
   */
  verdict: z.enum(['refused', 'accepted', 'keptHere', 'allowedByRule', 'unknown']),
  reply: z.string(),
  lines: z.array(dialogueLine).readonly(),
});
export type RelayTrickRow = z.infer<typeof relayTrickRow>;

export const selfTestEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begun'),
    /** `address:port` of the listener. */
    listener: z.string(),
    total: z.int(),
    /** The rule that lets this machine send elsewhere without signing in. */
    allowingRule: z.string().nullable(),
  }),
  z.object({ type: z.literal('row'), row: relayTrickRow }),
  z.object({ type: z.literal('done'), isOpenRelay: z.boolean(), refused: z.int(), unknown: z.int() }),
]);
export type SelfTestEvent = z.infer<typeof selfTestEvent>;

export const relayContract = {
  watch: callFor('settings.read').output(feedOf(relaySetUp, noChange)),
  /** The whole list, in its order. */
  changeRules: callFor('settings.change')
    .errors({ INVALID_RULE: { status: 422, message: 'A rule is wrong', data: ruleProblem } })
    .input(z.object({ revision, rules: z.array(relayRule).max(LIMITS.relayRules).readonly() }))
    .output(relaySetUp),
  changeRouting: callFor('settings.change')
    .errors({
      INVALID_ROUTE: { status: 422, message: 'A route is wrong', data: routeProblem },
      INVALID_RULE: { status: 422, message: 'A rule is wrong', data: ruleProblem },
      INVALID_HOST: { status: 422, message: 'The smart host is none' },
    })
    .input(
      z.object({
        revision,
        relay: relayInput.exactOptional(),
        routes: z.array(routeInput).max(LIMITS.routes).readonly().exactOptional(),
      }),
    )
    .output(relaySetUp),
  tryOut: callFor('settings.read').input(tryOutInput).output(tryOutResult),
  /** Up to signing in; no mail is sent. */
  testConnection: callFor('settings.change').input(connectionTest).output(eventIterator(connectionEvent)),
  /** Tries the classic tricks on the running listener; no mail is sent. */
  selfTest: callFor('settings.change').output(eventIterator(selfTestEvent)),
};
