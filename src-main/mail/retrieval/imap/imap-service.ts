/**
 * IMAP service: IMAP sessions over the directory and the mailstore, as the host runs them behind its listeners.
 *
 * Actor: MS (RFC 5598), RFC 9051 and RFC 3501. Flow: listener → here → engine and session.
 */
import { ImapConnection } from '../../../protocol/imap/server/imap-connection.ts';
import type { AcceptedConnection } from '../../../protocol/connection/accepted-connection.ts';
import type { MailService } from '../../../protocol/connection/mail-service.ts';
import { SessionGroup } from '../../session-group.ts';
import { ImapSession } from './imap-session.ts';
import type { ImapServiceOptions } from './imap-session.ts';

export type { ImapServiceOptions };

export function createImapService(options: ImapServiceOptions): MailService {
  return new SessionGroup({ ...options, open: (accepted) => openConnection(options, accepted) });
}

function openConnection(options: ImapServiceOptions, accepted: AcceptedConnection): ImapConnection {
  const { remoteAddress, remotePort, localAddress, localPort, tls } = accepted;
  const peer = { remoteAddress, remotePort, localAddress, localPort };
  const transcript = options.transcripts.open({ protocol: 'imap', direction: 'in', ...peer });
  if (tls !== undefined) transcript.update({ tls });
  transcript.phase('sign-in');
  const session = new ImapSession(options, transcript, {
    hasTls: tls !== undefined,
    signIn: options.signIns.at('imap', accepted),
  });
  const { clock, logger } = options;
  return new ImapConnection({ connection: accepted, session, transcript, clock, logger });
}
