/** LSUB (RFC 3501 §6.3.9): subscribed names, for clients of before RFC 5258. */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { fullPattern, matchesPattern } from './name-pattern.ts';
import { listVisible } from './reachable-mailbox.ts';

export async function lsub(
  session: ImapSession,
  command: CommandOf<'LSUB'>,
  io: CommandIo,
): Promise<Completion> {
  const { mailStore } = session.options;
  const pattern = fullPattern(session.readPattern(command.reference), session.readPattern(command.pattern));
  const subscribed = await mailStore.listSubscriptions(session.signedIn.id);
  const mailboxes = await listVisible(session);
  const existing = new Set(mailboxes.map((mailbox) => mailbox.name));
  for (const name of withSuperiors(subscribed, pattern)) {
    if (!matchesPattern(pattern, name)) continue;
    const isShown = subscribed.includes(name) && existing.has(name);
    await io.send(
      `* LSUB (${isShown ? '' : '\\Noselect'}) "${MAILBOX_DELIMITER}" ${session.writeName(name)}`,
    );
  }
  return okay('LSUB completed');
}

/** RFC 3501 §6.3.9: with `%`, a level whose inferior is subscribed is shown too. */
function withSuperiors(names: readonly string[], pattern: string): string[] {
  const all = new Set(names);
  if (pattern.includes('%')) {
    for (const name of names) {
      for (let at = name.indexOf(MAILBOX_DELIMITER); at > 0; at = name.indexOf(MAILBOX_DELIMITER, at + 1)) {
        all.add(name.slice(0, at));
      }
    }
  }
  return [...all].sort();
}
