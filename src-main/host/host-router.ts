/**
 * The console's router over the running host: what the handlers are built on, gathered from stores and stages.
 */
import type { Clock } from '../base/clock.ts';
import type { QuietHours } from '../base/quiet-hours.ts';
import type { MakeId, RandomBytes } from '../base/ids.ts';
import type { AccountId } from '../directory/port.ts';
import type { FullDirectory } from '../directory/create-directory.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import type { EventMeter } from '../observe/mail-meter.ts';
import type { TranscriptDesk } from '../observe/transcript-desk.ts';
import type { Storage } from '../storage/open-storage.ts';
import { MailUsage } from './api/mail-usage.ts';
import { OverviewReader } from './api/overview-reader.ts';
import { createConsoleRouter, type ConsoleRouter } from './api/router.ts';
import type { MoveInDesk } from './move-in/move-in-desk.ts';
import { NoticeDesk } from './notice-desk.ts';
import type { ConsoleServices } from './api/services.ts';
import type { BackupConsole } from './backups/console-port.ts';
import type { HealthService } from './health.ts';
import type { MailPath } from './mail-path.ts';
import { openPublishingDesk } from './publishing/open-publishing-desk.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { createRelayDesk, type RelayDesk, type RelayDeskOptions } from './relay-desk.ts';
import { createRunningDesk, noShell, type ShellControl } from './running-desk.ts';
import type { SignInBook } from './sign-ins.ts';
import { sendTestMessage, type TestMessageOptions } from './test-message.ts';
import type { TransferDesk } from './transfer-desk.ts';

/** What the handlers need besides the stores. */
export interface RouterParts {
  readonly directory: FullDirectory;
  readonly access: ConsoleAccess;
  readonly receiver: MessageReceiver;
  readonly transcripts: TranscriptDesk;
  readonly meter: EventMeter;
  readonly signIns: SignInBook;
  readonly path: MailPath;
  readonly relayDesk: RelayDesk;
  readonly health: HealthService;
  readonly transfers: TransferDesk;
  readonly moveIn: MoveInDesk;
  readonly backups: BackupConsole;
}

type FromHost = Pick<
  ConsoleServices,
  | 'listeners'
  | 'onListenersChange'
  | 'certificate'
  | 'certificates'
  | 'diskFree'
  | 'dataFolder'
  | 'version'
  | 'logger'
>;

export interface RelayDeskParts extends Pick<RouterParts, 'path' | 'directory'> {
  readonly hostname: () => string;
  /** Where a listener of ours can be reached from this machine. */
  readonly findListener: (name: 'smtp') => ReturnType<RelayDeskOptions['listener']>;
  readonly clock: Clock;
}

export interface HostRouterOptions extends RouterParts, FromHost {
  readonly storage: Storage;
  readonly shell?: ShellControl;
  readonly hostname: () => string;
  readonly quietHours: () => QuietHours | null;
  /** What people are written in. */
  readonly language: TestMessageOptions['language'];
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly makeId: MakeId;
}

export function createHostRouter(options: HostRouterOptions): { router: ConsoleRouter; notices: NoticeDesk } {
  const { storage, path, ...services } = options;
  const testMessage = { ...options, queue: path.queue };
  const known = {
    ...services,
    mailStore: storage.mailStore,
    timelines: storage.timelines,
    flow: storage.flow,
    queue: path.desk,
    nextHops: path.nextHops,
    screening: path.screening,
    isDeliverable: (address: string) => path.isDeliverable(address),
    publishing: openPublishingDesk({ ...options, signing: path.signing }),
    signing: path.signing,
    reports: storage.reports,
    scripts: storage.scripts,
    settings: storage.settings,
    encryption: storage.sealing,
    running: createRunningDesk(options.shell ?? noShell(options.clock.now()), options),
    sendTestMessage: (to: AccountId) => sendTestMessage(testMessage, to),
    platform: process.platform,
  };
  const notices = createNoticeDesk(options, new OverviewReader(known, new MailUsage(storage.mailStore)));
  return { router: createConsoleRouter({ ...known, notices }), notices };
}

function createNoticeDesk(
  { clock, makeId, logger, quietHours }: HostRouterOptions,
  overview: OverviewReader,
): NoticeDesk {
  return new NoticeDesk({
    look: async () => {
      const { attention, queue } = await overview.read();
      return { attention, waiting: queue.queued + queue.active + queue.deferred + queue.held };
    },
    quietHours,
    clock,
    makeId,
    onError: (error) => logger.error('what needs somebody could not be found out', { error }),
  });
}

/** What may be tried on relaying, over the running path. */
export function openRelayDesk({ path, directory, clock, hostname, findListener }: RelayDeskParts): RelayDesk {
  return createRelayDesk({
    ...path.relaying,
    ...{ directory, clock, hostname },
    targets: path.relaying.connection,
    listener: () => findListener('smtp'),
  });
}
