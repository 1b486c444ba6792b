/**
 * ManageSieve service: people edit the scripts of their account with programs of their choice.
 *
 * Actor: MDA (RFC 5598), RFC 5804. Flow: listener → here → engine and session → script store.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Directory } from '../../../directory/port.ts';
import type { SignInDesk } from '../../../directory/sign-in/port.ts';
import type { AcceptedConnection } from '../../../protocol/connection/accepted-connection.ts';
import type { MailService } from '../../../protocol/connection/mail-service.ts';
import type { TranscriptRecorder } from '../../../protocol/connection/session.ts';
import { ManageSieveConnection } from '../../../protocol/managesieve/server/managesieve-connection.ts';
import { SessionGroup } from '../../session-group.ts';
import type { SieveScriptStore } from '../sieve/port.ts';
import { ManageSieveSession } from './managesieve-session.ts';

export interface ManageSieveOptions {
  readonly directory: Directory;
  readonly signIns: SignInDesk;
  readonly scripts: SieveScriptStore;
  readonly transcripts: TranscriptRecorder;
  readonly clock: Clock;
  /** Whether passwords may come without TLS. */
  readonly allowCleartextAuth: () => boolean;
  readonly logger: Logger;
}

export function createManageSieveService(options: ManageSieveOptions): MailService {
  return new SessionGroup({ ...options, open: (accepted) => openConnection(options, accepted) });
}

function openConnection(options: ManageSieveOptions, accepted: AcceptedConnection): ManageSieveConnection {
  const { remoteAddress, remotePort, localAddress, localPort, tls } = accepted;
  const peer = { remoteAddress, remotePort, localAddress, localPort };
  const transcript = options.transcripts.open({ protocol: 'managesieve', direction: 'in', ...peer });
  if (tls !== undefined) transcript.update({ tls });
  transcript.phase('sign-in');
  const session = new ManageSieveSession(options, transcript, {
    hasTls: tls !== undefined,
    signIn: options.signIns.at('managesieve', accepted),
  });
  const { clock, logger } = options;
  return new ManageSieveConnection({ connection: accepted, session, transcript, clock, logger });
}
