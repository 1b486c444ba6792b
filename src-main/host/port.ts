/**
 * What a shell (desktop, service, tests) sees of the host, and what the contract's handlers build on.
 */
import type { Subscribe } from '../base/emitter.ts';
import type { HoldRule, RetrySchedule } from '../mail/queue/port.ts';
import type { RelaySetting, RouteSetting } from '../mail/routing/port.ts';

export type { AdministratorStore } from '../directory/port.ts';

export type ListenerName =
  'smtp' | 'submission' | 'submissions' | 'pop3' | 'pop3s' | 'imap' | 'imaps' | 'managesieve';

/** A mail listener as it stands. */
export interface ListenerStatus {
  readonly name: ListenerName;
  readonly standardPort: number;
  readonly tls: 'implicit' | 'starttls';
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
  /** Whether AUTH, LOGIN and USER are allowed without TLS. */
  readonly allowCleartextAuth: boolean;
  /** The administrator's own certificate; null: one we sign ourselves. */
  readonly certificateFiles: { readonly certFile: string; readonly keyFile: string } | null;
  /** Name servers to ask, as `address` or `address:port`; empty: the system's. */
  readonly dnsServers: readonly string[];
  /** How mail for others leaves. */
  readonly relay: RelaySetting;
  readonly routes: readonly RouteSetting[];
  readonly retrySchedule: RetrySchedule;
  /** Mail that is to be looked at before it goes on. */
  readonly holdRules: readonly HoldRule[];
  /** Set once the setup pages were walked through or a provision file was applied. */
  readonly isSetUp: boolean;
}

export interface SettingsStore {
  read(): Promise<HostSettings>;
  change(change: Partial<HostSettings>): Promise<HostSettings>;
  readonly onChange: Subscribe<HostSettings>;
}
