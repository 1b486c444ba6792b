/**
 * ConsoleServices: what the contract's handlers are built on, and who calls them.
 *
 * Flow: createMailHost() makes these from its stages and stores → createConsoleRouter() → a shell serves the router.
 */
import type { Clock } from '../../base/clock.ts';
import type { Subscribe } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import type { CertificateSummary } from '../../contract/settings.ts';
import type { AccountId, DirectoryAdmin } from '../../directory/port.ts';
import type { TraceId } from '../../mail/events.ts';
import type { SieveScriptStore } from '../../mail/delivery/sieve/port.ts';
import type { QueueDesk } from '../../mail/queue/port.ts';
import type { NextHopDesk } from '../../mail/relay/port.ts';
import type { ReportStore } from '../../mail/reports/port.ts';
import type { SigningDesk } from '../../mail/signing/port.ts';
import type { FlowHistoryStore, MailMeter, TimelineStore, TranscriptBook } from '../../observe/port.ts';
import type { BackupConsole } from '../backups/console-port.ts';
import type { CertificateConsole } from '../certificates/console-port.ts';
import type { Role, TokenScope } from '../../contract/roles.ts';
import type { ConsoleAccess } from '../console/console-access.ts';
import type { SessionStage } from '../console/console-sessions.ts';
import type { HealthService } from '../health.ts';
import type { EncryptionDesk, ListenerStatus, SettingsStore } from '../port.ts';
import type { MoveInDesk } from '../move-in/move-in-desk.ts';
import type { NoticeDesk } from '../notice-desk.ts';
import type { PublishingDesk } from '../publishing/publishing-desk.ts';
import type { RelayDesk } from '../relay-desk.ts';
import type { RunningDesk } from '../running-desk.ts';
import type { ScreeningDesk } from '../screening-desk.ts';
import type { SharingStore } from '../sharing.ts';
import type { SignInBook } from '../sign-ins.ts';
import type { TransferDesk } from '../transfer-desk.ts';

export interface ConsoleServices {
  readonly directory: DirectoryAdmin;
  readonly mailStore: SharingStore;
  readonly transcripts: TranscriptBook;
  readonly timelines: Pick<TimelineStore, 'listMessages' | 'readTimeline' | 'measure' | 'findPlaces'>;
  readonly meter: MailMeter;
  readonly flow: Pick<FlowHistoryStore, 'read'>;
  readonly notices: Pick<NoticeDesk, 'recent' | 'onNotice'>;
  /** Orders given here are obeyed by the running queue. */
  readonly queue: QueueDesk;
  readonly nextHops: NextHopDesk;
  /** Whether mail to the address has a way from here. */
  isDeliverable(address: string): Promise<boolean>;
  readonly relayDesk: RelayDesk;
  readonly publishing: PublishingDesk;
  readonly screening: ScreeningDesk;
  readonly signing: SigningDesk;
  readonly health: HealthService;
  readonly reports: Pick<ReportStore, 'summarizeDmarc' | 'summarizeTls' | 'onChange'>;
  readonly transfers: TransferDesk;
  readonly moveIn: MoveInDesk;
  readonly scripts: SieveScriptStore;
  readonly settings: SettingsStore;
  readonly encryption: EncryptionDesk;
  readonly running: RunningDesk;
  readonly backups: BackupConsole;
  readonly access: ConsoleAccess;
  readonly signIns: SignInBook;
  listeners(): readonly ListenerStatus[];
  readonly onListenersChange: Subscribe<void>;
  certificate(): CertificateSummary;
  readonly certificates: CertificateConsole;
  /** Puts a short message for the account into the queue, as any other message. */
  sendTestMessage(to: AccountId): Promise<TraceId>;
  /** Octets free on the disk that holds the data folder. */
  diskFree(): Promise<number>;
  readonly dataFolder: string;
  readonly version: string;
  /** As process.platform has it. */
  readonly platform: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The token by which a script calls. */
export interface CallingToken {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
}

/** Who is at the other end of a call, as the shell that carries it knows. */
export interface Visitor {
  readonly shell: 'browser' | 'desktop' | 'script';
  /** Whether the client runs on this machine. */
  readonly isLocal: boolean;
  readonly remoteAddress: string;
  /** Where the page is, for passkeys; null where they cannot be (no secure context). */
  readonly origin?: string | null;
  /** The administrator signed in now, or null. */
  administrator(): string | null;
  /** Only where a script calls. */
  readonly token?: () => CallingToken | null;
  /** Whose password was right, while the second factor is asked for. */
  readonly halfway?: () => { readonly administrator: string; readonly until: number } | null;
  readonly sessionId?: () => string | null;
  /** Starts a session; absent where the transport cannot (a WebSocket cannot set a cookie). */
  readonly signIn?: (administrator: string, stage?: SessionStage) => void;
  readonly signOut?: () => void;
}

/** A visitor who may do something. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  readonly domains: readonly string[];
  readonly token: CallingToken | null;
  /** Nothing but their own sign-in until they have a second factor. */
  readonly mustEnrol: boolean;
}

export interface ConsoleContext {
  readonly visitor: Visitor;
  /** Set by the gate. */
  readonly caller?: Caller;
}
