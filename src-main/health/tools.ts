/**
 * Tools: what checks ask with. The host gives them, the engine wraps them for each check, so that every answer becomes evidence, and
 * for each run, so that nothing is asked twice.
 *
 * Invariants: no tool rejects or waits for ever; what could not be asked is a value that says why.
 */
import type { OutgoingTls } from '../protocol/connection/outgoing-connection.ts';
import type { RecordResolver } from '../protocol/dns/record-resolver.ts';
import type { DnsResolver } from '../protocol/dns/resolver.ts';
import type { HealthFacts } from './facts.ts';

export interface SmtpTarget {
  readonly address: string;
  readonly port: number;
  /** For the certificate; null: it is not looked at. */
  readonly serverName: string | null;
}

/** What an SMTP server says of itself. `otherProtocol`: somebody answers who does not speak SMTP. */
export type SmtpLook =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'otherProtocol'; readonly greeting: string }
  | {
      readonly kind: 'answered';
      readonly greeting: string;
      /** What it calls itself in its reply to EHLO, or in its greeting. */
      readonly name: string;
      readonly offersTls: boolean;
      /** null: not offered, or the handshake failed. */
      readonly tls: Pick<OutgoingTls, 'certificate' | 'flaw' | 'isVerified'> | null;
      readonly tlsProblem: string | null;
    };

export interface WebRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only by addresses of this family. */
  readonly family?: 4 | 6;
}

export type WebLook =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly type: string;
      readonly body: string;
      /** Where a redirect leads; it is not followed. */
      readonly location?: string;
      /** RFC 9110 §6.6.1 */
      readonly date?: string;
    }
  /** `certificate`: it could not prove who it is. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isCertificate: boolean };

/** The first words of a listener. */
export type GreetingLook =
  | {
      readonly kind: 'answered';
      readonly greeting: string;
      readonly tls: Pick<OutgoingTls, 'certificate' | 'flaw' | 'isVerified'> | null;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export interface GreetingTarget {
  readonly address: string;
  readonly port: number;
  readonly isTlsFirst: boolean;
  readonly serverName: string | null;
}

/** What a helper on another machine saw of us; `address`: as which it saw us. */
export type OutsideLook =
  | { readonly kind: 'answered'; readonly address: string; readonly look: SmtpLook }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RelayTrial {
  readonly isOpen: boolean;
  readonly refused: number;
  readonly unknown: number;
  /** Recipients of tricks that were accepted. */
  readonly accepted: readonly string[];
}

export interface HealthTools {
  readonly dns: RecordResolver;
  smtp(target: SmtpTarget): Promise<SmtpLook>;
  greet(target: GreetingTarget): Promise<GreetingLook>;
  web(request: WebRequest): Promise<WebLook>;
  /** Whether the smart host lets us in; null: yes, otherwise why not. */
  trySmartHost(): Promise<{ readonly problem: string | null }>;
  /** null: nothing listens for SMTP. */
  tryRelaying(): Promise<RelayTrial | null>;
  /** How far this machine's clock is ahead; null: nobody could say. */
  clockAhead(): Promise<{ readonly aheadMs: number; readonly source: string } | null>;
  /** null: no helper is set. */
  readonly outside: ((port: number, family: 4 | 6) => Promise<OutsideLook>) | null;
}

/** For one check. */
export interface CheckTools extends HealthTools {
  readonly facts: HealthFacts;
  readonly now: number;
  /** The same DNS for those who evaluate (SPF, DMARC). */
  readonly resolver: DnsResolver;
  /** What the world sees of us, or could. */
  ownAddresses(): Promise<OwnAddresses>;
  /** The port of other servers' SMTP. */
  readonly mxPort: number;
  /** Where the name servers of a zone are asked. */
  readonly nameServerPort: number;
}

export interface OwnAddresses {
  readonly addresses: readonly string[];
  /** Why it may not be all of them; null: nothing failed. */
  readonly doubt: string | null;
}
