/**
 * Relay rules: who may send through us, and where to; an ordered list of sentences that an administrator writes.
 *
 * Actor: MSA, MTA. RFC 5321 §7.8 (may refuse), RFC 5068 §3.1 (no open relays). Flow: MAIL, RCPT, DATA ask → the first rule
 * that fits decides; routing asks again at each attempt, for the rules that lead through a route.
 * Invariants: two rules are fixed and stand below all others: our own recipients are accepted, everything else is refused.
 * A rule that has expired or is switched off does not exist.
 */
import type { EntryClient } from '../../queue/port.ts';

/** Whom a rule is about. */
export type RuleClients =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'signedIn' }
  /** Signed in to one of these accounts. */
  | { readonly kind: 'accounts'; readonly addresses: readonly string[] }
  /** Signed in to an account that this alias leads to. */
  | { readonly kind: 'group'; readonly address: string }
  /** From one of these addresses or networks, signed in or not: printers, scanners. */
  | { readonly kind: 'networks'; readonly networks: readonly string[] };

export type RuleRecipients =
  | { readonly kind: 'ours' }
  /** Domains, `*.` and a domain for all below it; ours may be among them. */
  | { readonly kind: 'domains'; readonly domains: readonly string[] }
  | { readonly kind: 'anywhere' };

export type RuleAction =
  | { readonly kind: 'accept' }
  /** `text`: own words for the reply. */
  | { readonly kind: 'refuse'; readonly text?: string }
  /** Accept, and carry what is not for us through the route of this name. */
  | { readonly kind: 'route'; readonly route: string };

export interface RelayRule {
  /** Unique; replies, timelines and people call it so. */
  readonly name: string;
  readonly isEnabled: boolean;
  readonly clients: RuleClients;
  readonly recipients: RuleRecipients;
  readonly action: RuleAction;
  /** Milliseconds since 1970 UTC; from then on it does not count. */
  readonly expiresAt?: number;
  /** The largest message that it lets in. */
  readonly maxOctets?: number;
  /** For each client: an account, or an address where nobody signed in. */
  readonly messagesPerHour?: number;
  /** For the administrator. */
  readonly note?: string;
}

/** The names of the fixed rules; no other may have them. */
export const OWN_RECIPIENTS_RULE = 'Our own recipients are accepted';
export const EVERYTHING_ELSE_RULE = 'Everything else is refused';

/** What counts until somebody changes it. */
export const DEFAULT_RELAY_RULES: readonly RelayRule[] = [
  {
    name: 'Signed-in users may send anywhere',
    isEnabled: true,
    clients: { kind: 'signedIn' },
    recipients: { kind: 'anywhere' },
    action: { kind: 'accept' },
  },
];

/** A recipient whose mail a client brings. */
export interface RuleQuery {
  readonly client: EntryClient;
  /** In A-labels, or an address literal; empty for `postmaster` alone. */
  readonly domain: string;
  readonly isOurs: boolean;
  /** The time that expiry is held against, in milliseconds since 1970 UTC. */
  readonly at: number;
}

export interface RuleDecision {
  readonly isAllowed: boolean;
  /** Of the rule that decided. */
  readonly name: string;
  /** Absent where a fixed rule decided. */
  readonly rule?: RelayRule;
}

/** The rules as the stages ask them. */
export interface RuleBook {
  decide(query: RuleQuery): Promise<RuleDecision>;
  /** Whether a rule lets the address in that need not sign in where others must. */
  isTrusted(address: string): boolean;
  /** The most that any rule lets the client bring, and that rule; null: no rule sets a bound. */
  sizeBound(client: EntryClient): Promise<{ readonly name: string; readonly maxOctets: number } | null>;
  /** Whether the client may bring another message by this rule now. */
  hasRoom(rule: RelayRule, client: EntryClient): boolean;
  /** Counts a message; false, with nothing counted, where it is one too many. */
  take(rule: RelayRule, client: EntryClient): boolean;
}
