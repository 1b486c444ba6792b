/**
 * Noticed rights: what a session does when rights on its selected mailbox are given or taken away (RFC 4314 §5.1.1).
 *
 * Invariants: a command is judged by the rights as they are when it begins. Without the right to read the messages vanish from
 * the client's view, as when the mailbox is deleted, and only leaving is allowed.
 */
import type { CommandIo } from '../../../protocol/imap/server/session.ts';
import { hasRight } from '../../mailstore/sharing/port.ts';
import { formatFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';

export async function noticeRights(session: ImapSession, sink: Pick<CommandIo, 'send'>): Promise<void> {
  const { selected, options } = session;
  if (selected?.hasStaleRights !== true) return;
  const { isReadOnly } = selected;
  const rights = await options.mailStore.rightsOf(session.signedIn.id, selected.id);
  if (!selected.changeRights(rights)) return;
  if (!hasRight(rights, 'r')) {
    selected.markGone();
    return;
  }
  await sink.send(`* OK [PERMANENTFLAGS ${formatFlags(selected.permanentFlags)}] Your rights have changed`);
  if (selected.isReadOnly === isReadOnly) return;
  // RFC 9051 §7.1
  await sink.send(selected.isReadOnly ? '* OK [READ-ONLY] From now on' : '* OK [READ-WRITE] From now on');
}
