/** What IMAP and POP3 services are made from; the host gives it. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Directory } from '../../directory/port.ts';
import type { SignInDesk } from '../../directory/sign-in/port.ts';
import type { TranscriptRecorder } from '../../protocol/connection/session.ts';
import type { MailEventSink } from '../events.ts';
import type { MailStore } from '../mailstore/port.ts';

export interface RetrievalOptions {
  readonly directory: Directory;
  readonly signIns: SignInDesk;
  readonly mailStore: MailStore;
  readonly transcripts: TranscriptRecorder;
  /** Hears when a message with a timeline is read for the first time. */
  readonly events: MailEventSink;
  readonly clock: Clock;
  /** How the greeting calls this server. */
  readonly hostname: () => string;
  /** Whether passwords may come without TLS. */
  readonly allowCleartextAuth: () => boolean;
  readonly logger: Logger;
}
