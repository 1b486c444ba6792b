/**
 * Health, as checks, the host and storage see it: a question, what was found, and what puts it right.
 *
 * Flow: host gives facts and tools → checks ask DNS, hosts and this machine → findings → store, console, notices.
 * Invariants: a check never throws and never waits for ever; who could not be asked is `undetermined`, never red; every
 * warning and error carries at least one fix; texts are codes with values, so that page and mail say them in each language.
 */
import type { HealthCheckId } from './finding-words.ts';
import type { ZoneRecord } from './records/zone-record.ts';
import type { CheckTools } from './tools.ts';

/** The five questions of the page. */
export type HealthCard = 'receive' | 'send' | 'trust' | 'clients' | 'safe';

/** `undetermined`: nobody could say. */
export type HealthState = 'ok' | 'warning' | 'error' | 'undetermined';

/** A sentence by its code; the words stand in `finding-words.ts`, in English and Chinese. */
export interface HealthText {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** One question that was asked, of whom, and the answer as it came. */
export interface Evidence {
  /** E.g. `MX example.com`, `connect 192.0.2.1:25`. */
  readonly question: string;
  readonly answer: string;
  /** The name server or host that answered; empty: the resolver. */
  readonly source: string;
  readonly durationMs: number;
}

/** What the name servers of a zone say while a change spreads. */
export interface NameServerSpread {
  /** `has`: null where the server did not answer. */
  readonly servers: readonly { readonly name: string; readonly has: boolean | null }[];
  /** How long others may still see what was there before; null: nobody said. */
  readonly ttlSeconds: number | null;
}

/** Something the administrator has to send somebody who can do it. */
export type LetterKind = 'reverseName' | 'openPort25' | 'delist';

/** What the console can do itself, by pressing a button. */
export type HealthAction = 'renewCertificate' | 'makeSigningKey' | 'runDatabaseCheck' | 'retryQueue';

/** Where in the console something is set. */
export type HealthPage =
  | 'accounts'
  | 'certificates'
  | 'domains'
  | 'listeners'
  | 'queue'
  | 'relay'
  | 'reports'
  | 'settings'
  | 'signIns'
  | 'signingKeys'
  | 'encryption'
  | 'backups'
  | 'running';

export type HealthFix =
  /** Publish the record; what stands in `instead` (as found in DNS) goes. */
  | {
      readonly kind: 'publish';
      readonly domain: string;
      readonly record: ZoneRecord;
      readonly instead: readonly ZoneRecord[];
    }
  | { readonly kind: 'withdraw'; readonly domain: string; readonly record: ZoneRecord }
  | { readonly kind: 'letter'; readonly letter: LetterKind; readonly values: HealthText['values'] }
  | { readonly kind: 'page'; readonly page: HealthPage; readonly subject: string }
  | { readonly kind: 'action'; readonly action: HealthAction; readonly subject: string }
  /** What only words can say; a code as in `text`. */
  | { readonly kind: 'advice'; readonly text: HealthText };

/** What one check says of one subject. */
export interface HealthFinding {
  /** The check's id, e.g. `mxPointsHere`. */
  readonly check: string;
  readonly card: HealthCard;
  /** The domain, address, host name or account that it is about; empty: the server. */
  readonly subject: string;
  readonly state: HealthState;
  readonly text: HealthText;
  /** As it should be and as it is, side by side; empty where a comparison says nothing. */
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly fixes: readonly HealthFix[];
  /** Where a record is not (yet) seen as it should be: which of the zone's name servers have it. */
  readonly spread?: NameServerSpread;
}

/** What a check answers: the engine adds whose question it was, and the evidence. */
export type CheckFinding = Pick<HealthFinding, 'state' | 'text'> &
  Partial<Pick<HealthFinding, 'subject' | 'expected' | 'found' | 'fixes' | 'spread'>>;

/** One question, asked about this server or about each of its domains. */
export interface HealthCheck {
  readonly id: HealthCheckId;
  readonly card: HealthCard;
  readonly about: 'server' | 'domain';
  /** `domain` is empty where the question is about the server. A subject that is left out is the domain. May reject: the engine says so. */
  run(tools: CheckTools, domain: string): Promise<readonly CheckFinding[]>;
}
