/**
 * Settings of screening: which checks there are, what each finding counts, from which score on what happens.
 *
 * Flow: console, provision file → host settings → here, asked whenever a message comes.
 */
import type { EngineTarget } from '../../protocol/engine/engine-channel.ts';
import type { VerdictAction } from './port.ts';
import type { QuarantineKind } from './quarantine/port.ts';

export interface Thresholds {
  /** From this score on, into the Junk mailbox. */
  readonly junk: number;
  /** From this score on, kept apart; null: never by score. */
  readonly quarantine: number | null;
  /** From this score on, refused; null: never by score. */
  readonly reject: number | null;
}

/** What an answer of a DNS list means: the last octets that it covers, by RFC 5782 an address in 127.0.0.0/8. */
export interface ListMeaning {
  /** `127.0.0.2`, `127.0.0.4-7`, `127.0.0.*`. */
  readonly answers: string;
  /** In plain words, e.g. `known source of junk`. */
  readonly meaning: string;
  /** Points; negative for lists of good hosts. */
  readonly weight: number;
  /** Refuse at RCPT, whatever else speaks for it. */
  readonly refuses?: boolean;
}

export interface DnsListSetting {
  readonly zone: string;
  /** `client`: of addresses (DNSBL, DNSWL); `domain`: of names in bodies. */
  readonly kind: 'client' | 'domain';
  readonly isEnabled: boolean;
  readonly meanings: readonly ListMeaning[];
}

export interface GreylistSetting {
  readonly isEnabled: boolean;
  /** How long a new triplet waits. */
  readonly delayMs: number;
  /** How long it may take to come back. */
  readonly retryWindowMs: number;
  /** How long one that has passed is remembered after its last message. */
  readonly rememberMs: number;
  /** A client that has passed so often is not asked again. */
  readonly passesToTrust: number;
  /** Client addresses and networks, sender domains (with those below them), recipients: never delayed. */
  readonly exempt: readonly string[];
}

/** All that is given must be so. Patterns hold `*` for anything, and upper and lower case are the same. */
export interface ScreeningConditions {
  /** Reverse-path or author: an address, a domain, `*.` and a domain. */
  readonly sender?: string;
  readonly recipient?: string;
  /** Address or network of the client. */
  readonly client?: string;
  readonly header?: { readonly name: string; readonly pattern: string };
  /** Occurs in a text of the message. */
  readonly body?: string;
  /** Name of an attachment, also inside archives. */
  readonly attachment?: string;
  readonly largerThanBytes?: number;
}

export interface ScreeningRule extends ScreeningConditions {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** `score`: adds points and leaves the rest to the others. */
  readonly action: 'accept' | 'junk' | 'quarantine' | 'reject' | 'score';
  readonly points?: number;
}

export interface AttachmentSetting {
  readonly isEnabled: boolean;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Whether programs are found by their first octets, whatever they are called. */
  readonly byContent: boolean;
  readonly action: Exclude<VerdictAction, 'accept' | 'defer'>;
}

export type EngineKind = 'rspamd' | 'spamassassin' | 'clamav' | 'milter';

export interface EngineSetting {
  readonly id: string;
  readonly kind: EngineKind;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly target: EngineTarget;
  readonly timeoutMs: number;
  /** Larger messages are not shown to it; clamd's StreamMaxLength is 25 MiB where nobody changed it. */
  readonly maxOctets: number;
  /** What happens to a message that it gave no answer for. */
  readonly whenUnavailable: 'skip' | 'defer';
  /** Its score counts so many times as ours; 1 where its threshold is 5. */
  readonly factor?: number;
  readonly password?: string;
}

export interface BayesSetting {
  readonly isEnabled: boolean;
  /** Points for a message that is surely junk; as many less for one that surely is not. */
  readonly weight: number;
  /** Fewer messages of either kind say nothing yet. */
  readonly minimumTrained: number;
}

export type QuarantineHandler = 'account' | 'administrators';

export interface QuarantineSetting {
  readonly keepDays: number;
  /** Hour of the server's day at which people hear of what is kept for them; null: they do not. */
  readonly digestHour: number | null;
  /** Who may let go what is kept for an account: it itself too (it hears of it and has links), or administrators alone. */
  readonly handledBy: Readonly<Record<QuarantineKind, QuarantineHandler>>;
  /** Where the console is reached from people's mail programs; null: digests have no links. */
  readonly consoleUrl: string | null;
}

/** What one account may do in an hour until somebody looks at it. */
export interface BrakeSetting {
  readonly isEnabled: boolean;
  readonly messagesPerHour: number;
  /** Addresses that it has never written to. */
  readonly newRecipientsPerHour: number;
}

export interface ScreeningSettings {
  readonly isEnabled: boolean;
  readonly thresholds: Thresholds;
  /** Weights that the administrator has changed, by `check.outcome`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly checksHello: boolean;
  readonly checksHeader: boolean;
  /** What SPF, DKIM and DMARC find out counts; off: it is only noted. */
  readonly obeysDmarc: boolean;
  readonly dnsLists: readonly DnsListSetting[];
  readonly greylisting: GreylistSetting;
  readonly rules: readonly ScreeningRule[];
  readonly attachments: AttachmentSetting;
  readonly engines: readonly EngineSetting[];
  readonly bayes: BayesSetting;
  readonly quarantine: QuarantineSetting;
  readonly brakes: BrakeSetting;
}
