/**
 * The path of a message, built: submission, reception → queue → routing → delivery → mailstore → retrieval.
 *
 * Flow: createMailHost() → here → engines for the listeners. Invariants: the stages get their stores, clock and
 * randomness here and nowhere else.
 */
import type { Clock } from '../base/clock.ts';
import type { MakeId, RandomBytes } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Directory } from '../directory/port.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import { createDeliveryCourier } from '../mail/delivery/create-delivery-courier.ts';
import type { MailEventSink } from '../mail/events.ts';
import { createMessageQueue } from '../mail/queue/create-message-queue.ts';
import type { MessageQueue, QueueSteering } from '../mail/queue/port.ts';
import { createSteeredQueue } from '../mail/queue/steered-queue.ts';
import { createReceptionService } from '../mail/reception/create-reception-service.ts';
import { createImapService } from '../mail/retrieval/imap/imap-service.ts';
import { createPop3Service } from '../mail/retrieval/pop3/pop3-service.ts';
import { createRouter } from '../mail/routing/create-router.ts';
import { createSubmissionService } from '../mail/submission/create-submission-service.ts';
import type { MailService } from '../protocol/connection/mail-service.ts';
import type { TranscriptRecorder } from '../protocol/connection/session.ts';
import type { Storage } from '../storage/open-storage.ts';
import type { Engines } from './listener-set.ts';

export interface MailPathOptions {
  readonly storage: Storage;
  readonly directory: Directory;
  readonly receiver: MessageReceiver;
  readonly transcripts: TranscriptRecorder;
  readonly events: MailEventSink;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly makeId: MakeId;
  readonly hostname: () => string;
  readonly allowCleartextAuth: () => boolean;
  readonly logger: Logger;
}

export interface MailPath {
  readonly queue: MessageQueue;
  readonly steering: QueueSteering;
  readonly engines: Engines;
  /** Begins to work on what the queue holds since the last run. */
  start(): Promise<void>;
  /** Says goodbye to every session. */
  closeSessions(reason: string): Promise<void>;
  stopQueue(): Promise<void>;
}

export function createMailPath(options: MailPathOptions): MailPath {
  const { directory, clock, storage } = options;
  const router = createRouter({ directory });
  const courier = createDeliveryCourier({ router, clock });
  const queue = createMessageQueue({ ...options, store: storage.queue, courier });
  const submission = createSubmissionService({ ...options, router, queue });
  const reception = createReceptionService({ ...options, router, queue });
  const imap = createImapService({ ...options, mailStore: storage.mailStore });
  const pop3 = createPop3Service({ ...options, mailStore: storage.mailStore });
  const services: readonly MailService[] = [submission, reception, imap, pop3];
  return {
    queue,
    steering: createSteeredQueue({ store: storage.queueSteering, queue, events: options.events }),
    engines: {
      smtp: reception.serve,
      submission: submission.serve,
      submissions: submission.serve,
      imap: imap.serve,
      imaps: imap.serve,
      pop3: pop3.serve,
      pop3s: pop3.serve,
    },
    start: () => queue.start(),
    closeSessions: async (reason) => {
      await Promise.all(services.map((service) => service.closeAll(reason)));
    },
    stopQueue: () => queue.stop(),
  };
}
