/**
 * IDLE (RFC 9051 §6.3.13, RFC 2177): the client waits, and hears of changes as they happen.
 */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { bad, okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

export async function idle(
  session: ImapSession,
  _command: CommandOf<'IDLE'>,
  io: CommandIo,
): Promise<Completion> {
  // What has changed before this moment is told right after the go-ahead.
  const done = io.challenge('idling', { isSecret: false });
  session.announcements.startLive(io, { mayExpunge: true });
  const line = await done;
  await session.announcements.stopLive();
  return line.kind === 'line' && line.text.toUpperCase() !== 'DONE'
    ? bad('Expected DONE')
    : okay('IDLE completed');
}
