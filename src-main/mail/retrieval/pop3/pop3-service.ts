/**
 * POP3 service: POP3 sessions over the directory and the mailstore, as the host runs them behind its listeners.
 *
 * Actor: MS (RFC 5598), RFC 1939. Flow: listener → here → engine and session.
 */
import type { AcceptedConnection } from '../../../protocol/connection/accepted-connection.ts';
import type { MailService } from '../../../protocol/connection/mail-service.ts';
import { Pop3Connection } from '../../../protocol/pop3/server/pop3-connection.ts';
import type { RetrievalOptions } from '../options.ts';
import { SessionGroup } from '../../session-group.ts';
import { MaildropLocks } from './maildrop-locks.ts';
import { Pop3Session } from './pop3-session.ts';

export type Pop3ServiceOptions = RetrievalOptions;

export function createPop3Service(options: Pop3ServiceOptions): MailService {
  const locks = new MaildropLocks();
  return new SessionGroup({ ...options, open: (accepted) => openConnection(options, locks, accepted) });
}

function openConnection(
  options: Pop3ServiceOptions,
  locks: MaildropLocks,
  accepted: AcceptedConnection,
): Pop3Connection {
  const { remoteAddress, remotePort, localAddress, localPort, tls } = accepted;
  const peer = { remoteAddress, remotePort, localAddress, localPort };
  const transcript = options.transcripts.open({ protocol: 'pop3', direction: 'in', ...peer });
  if (tls !== undefined) transcript.update({ tls });
  transcript.phase('sign-in');
  const session = new Pop3Session(options, transcript, {
    hasTls: tls !== undefined,
    locks,
    signIn: options.signIns.at('pop3', accepted),
  });
  const { clock, logger } = options;
  return new Pop3Connection({ connection: accepted, session, transcript, clock, logger });
}
