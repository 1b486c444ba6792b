/**
 * What a shell (desktop, service, tests) sees of the host, and what the contract's handlers build on.
 */
import type { NoticeLanguage } from '../base/notice-language.ts';
import type { QuietHours } from '../base/quiet-hours.ts';
import type { Subscribe } from '../base/emitter.ts';
import type { AdministratorRole } from '../directory/administrators/port.ts';
import type { SignInSettings } from '../directory/sign-in/create-sign-in-desk.ts';
import type { HoldRule, RetrySchedule } from '../mail/queue/port.ts';
import type { ConnectionLimits } from '../protocol/connection/limits.ts';
import type { StrangerLimits } from '../protocol/smtp/server/limits.ts';
import type { BackupSettings } from './backups/port.ts';
import type { AcmeSettings } from './certificates/acme-settings.ts';
import type { CertificatePaths } from './certificates/certificate-files.ts';
import type { MtaStsSetting } from './certificates/mta-sts.ts';
import type { DomainKeeping } from '../health/publishing/keeping.ts';
import type { RelaySetting, RouteSetting } from '../mail/routing/port.ts';
import type { RetentionSettings } from '../observe/retention.ts';
import type { ScreeningSettings } from '../mail/screening/settings.ts';
import type { RelayRule } from '../mail/routing/relay-rules/port.ts';

export type { AdministratorStore } from '../directory/port.ts';

export type MailListenerName =
  'smtp' | 'submission' | 'submissions' | 'pop3' | 'pop3s' | 'imap' | 'imaps' | 'managesieve';

/** Open while a certificate authority or other mail servers are to be answered there. */
export type WebListenerName = 'http' | 'https';

export type ListenerName = MailListenerName | WebListenerName;

/** A mail listener as it stands. */
export interface ListenerStatus {
  readonly name: ListenerName;
  readonly standardPort: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly state: 'listening' | 'off' | 'failed';
  /** The port it listens on; null unless listening. */
  readonly port: number | null;
  /** Why it is not on its standard port, or not listening. */
  readonly problem: 'portTaken' | 'needsRights' | 'other' | null;
  /** The system's own words for the problem. */
  readonly problemDetail: string | null;
}

export interface HostSettings {
  /** The name this server gives itself in greetings and EHLO; a fully qualified domain name. */
  readonly hostname: string;
  /** Addresses at which the world reaches this server, where somebody has said them: behind a router it cannot know. */
  readonly publicAddresses: readonly string[];
  /** Whether mail programs find their settings on the web ports. */
  readonly tellsDevices: boolean;
  /** In which the server writes to people: warnings, digests, notices. */
  readonly noticeLanguage: NoticeLanguage;
  /** Each character parts a name from the detail that its owner adds (`anna+news`); empty: none does. */
  readonly detailSeparators: string;
  /** Whether numbers are given to a monitoring system that has a token. */
  readonly metricsEnabled: boolean;
  /** null: notices come at any hour. */
  readonly quietHours: QuietHours | null;
  /** Whether AUTH, LOGIN and USER are allowed without TLS. */
  readonly allowCleartextAuth: boolean;
  readonly signIn: SignInSettings;
  /** Administrators of these roles must have a second factor. */
  readonly secondFactorRequiredFor: readonly AdministratorRole[];
  /** The administrator's own certificates, watched for changes. */
  readonly certificateFiles: readonly CertificatePaths[];
  /** The authority that certificates come from. */
  readonly acme: AcmeSettings;
  /** Domains of ours that tell others to insist on TLS. */
  readonly mtaSts: readonly MtaStsSetting[];
  /** Name servers to ask, as `address` or `address:port`; empty: the system's. */
  readonly dnsServers: readonly string[];
  /** Whose word about a client is taken: addresses and networks. */
  readonly trustedProxies: TrustedProxies;
  readonly clientLimits: ClientLimits;
  /** How mail for others leaves. */
  readonly relay: RelaySetting;
  readonly routes: readonly RouteSetting[];
  /** In their order; the fixed ones are not among them. */
  readonly relayRules: readonly RelayRule[];
  readonly retrySchedule: RetrySchedule;
  /** Mail that is to be looked at before it goes on. */
  readonly holdRules: readonly HoldRule[];
  /** What is checked of messages, how much it counts, and what happens. */
  readonly screening: ScreeningSettings;
  /** People have heard of what was kept apart for them until then, in milliseconds since 1970 UTC; null: of nothing yet. */
  readonly digestedUntil: number | null;
  readonly signing: SigningSettings;
  readonly outboundTls: OutboundTlsSettings;
  readonly reports: ReportSettings;
  /** How long transcripts and timelines are kept, and how much of sessions is recorded. */
  readonly retention: RetentionSettings;
  readonly health: HealthSettings;
  /** Set once the setup pages were walked through or a provision file was applied. */
  readonly isSetUp: boolean;
  /** Who keeps the DNS of domains, where it is not somebody's hand; credentials are in here. */
  readonly dnsKeeping: readonly DomainKeeping[];
  /** Where backups go, and when; credentials and the recovery key are in here. */
  readonly backups: BackupSettings;
}

/** Keys that sign mail of our domains (DKIM). */
export interface SigningSettings {
  /** After so many days a successor of a key is announced; 0: never by itself. */
  readonly rotateAfterDays: number;
}

/** How health is looked at by itself. */
export interface HealthSettings {
  /** Between two runs; 0: never by itself. */
  readonly everyHours: number;
  /** Whether what has changed is told by mail. */
  readonly tellsByMail: boolean;
  /** Who is told; empty: postmaster of the first domain. */
  readonly tells: readonly string[];
  /** A helper on another machine that looks at us (health/outside/protocol.ts); null: none. */
  readonly outsideHelper: string | null;
  /** Whose MX hosts are tried to see whether port 25 is open to us. */
  readonly portTestDomains: readonly string[];
}

/** What others tell us of our domains, and what we tell them (DMARC, TLS-RPT). */
export interface ReportSettings {
  /** Where reports come in, besides the addresses that our records in DNS name. */
  readonly addresses: readonly string[];
  readonly sendsDmarc: boolean;
  readonly sendsTls: boolean;
}

/** What is looked up before mail leaves for a domain. */
export interface OutboundTlsSettings {
  readonly mtaSts: boolean;
  /** Needs a validating resolver on this machine, or one that is vouched for. */
  readonly dane: boolean;
  /** Whether what `dnsServers` say about DNSSEC is believed though they are not on this machine. */
  readonly trustsResolver: boolean;
}

/** How much one client may do; the last three bind only those who have not signed in. */
export interface ClientLimits extends ConnectionLimits, StrangerLimits {
  /** Addresses and networks that they do not bind; this machine never. */
  readonly exempt: readonly string[];
}

/** Two lists: whoever speaks the PROXY protocol must always begin with its header, and nobody may guess at that. */
export interface TrustedProxies {
  /** Their connections to any mail listener begin with a PROXY header. */
  readonly proxyProtocol: readonly string[];
  /** They may say XCLIENT to the SMTP listeners. */
  readonly xclient: readonly string[];
}

export interface SettingsStore {
  read(): Promise<HostSettings>;
  change(change: Partial<HostSettings>): Promise<HostSettings>;
  readonly onChange: Subscribe<HostSettings>;
}

/** Encryption of the data folder (storage/sealing/). */
export interface EncryptionDesk {
  status(): EncryptionStatus;
  /** Resolves when what comes from now on is as wished; what is there follows in the background. */
  switch(isOn: boolean): Promise<void>;
  pause(isPaused: boolean): Promise<void>;
  /** Makes a new master key. */
  rotate(): Promise<void>;
  readonly onChange: Subscribe<void>;
}

export interface EncryptionStatus {
  readonly state: 'off' | 'sealing' | 'on' | 'opening';
  readonly isPaused: boolean;
  readonly done: number;
  readonly total: number;
  /** Milliseconds since 1970 UTC; 0: never. */
  readonly changedAt: number;
  readonly keyKind: 'file' | 'passphrase' | 'keystore';
  readonly keyPath: string;
}
