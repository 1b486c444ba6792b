/** CAPABILITY, NOOP, CHECK, LOGOUT, ID, ENABLE, NAMESPACE (RFC 9051 §6.1, §6.3.1, §6.3.10; ID: RFC 2971; ENABLE: RFC 5161; NAMESPACE: RFC 2342). */
import { formatString } from '../../../protocol/imap/grammar/format.ts';
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { OTHER_USERS_PREFIX, SHARED_PREFIX } from './shared-names.ts';

export async function capability(
  session: ImapSession,
  _command: CommandOf<'CAPABILITY'>,
  io: CommandIo,
): Promise<Completion> {
  await io.send(`* CAPABILITY ${session.capabilities}`);
  return okay('CAPABILITY completed');
}

export async function noop(): Promise<Completion> {
  return okay('NOOP completed');
}

export async function check(): Promise<Completion> {
  return okay('CHECK completed');
}

export async function logout(
  session: ImapSession,
  _command: CommandOf<'LOGOUT'>,
  io: CommandIo,
): Promise<Completion> {
  await io.send('* BYE Logging out');
  session.close();
  return okay('LOGOUT completed');
}

export async function id(session: ImapSession, command: CommandOf<'ID'>, io: CommandIo): Promise<Completion> {
  const name = command.fields.get('name');
  const version = command.fields.get('version');
  if (name !== undefined) {
    const remoteName = version === undefined ? name : `${name} ${version}`;
    session.transcript.update({ remoteName: remoteName.slice(0, 100) });
  }
  await io.send('* ID ("name" "Postroom")');
  return okay('ID completed');
}

export async function enable(
  session: ImapSession,
  command: CommandOf<'ENABLE'>,
  io: CommandIo,
): Promise<Completion> {
  const enabled: string[] = [];
  if (command.capabilities.includes('IMAP4REV2') && !session.isRev2) {
    session.isRev2 = true;
    enabled.push('IMAP4rev2');
  }
  if (command.capabilities.includes('UTF8=ACCEPT') && !session.acceptsUtf8) {
    session.acceptsUtf8 = true;
    enabled.push('UTF8=ACCEPT');
  }
  if (command.capabilities.includes('UIDONLY') && !session.isUidOnly) {
    session.isUidOnly = true;
    enabled.push('UIDONLY');
  }
  // RFC 5464 §4.1
  if (command.capabilities.includes('METADATA') && !session.hearsMetadata) {
    session.hearsMetadata = true;
    enabled.push('METADATA');
  }
  // RFC 7162 §3.2.3: QRESYNC brings CONDSTORE with it.
  const asksQresync = command.capabilities.includes('QRESYNC') && !session.isQresync;
  const asksCondStore = command.capabilities.includes('CONDSTORE') && !session.isCondStore;
  if (asksCondStore) enabled.push('CONDSTORE');
  if (asksQresync) enabled.push('QRESYNC');
  await io.send(['* ENABLED', ...enabled].join(' '));
  if (asksCondStore || asksQresync) await session.enableCondStore(io);
  session.isQresync ||= asksQresync;
  return okay('ENABLE completed');
}

export async function namespace(
  _session: ImapSession,
  _command: CommandOf<'NAMESPACE'>,
  io: CommandIo,
): Promise<Completion> {
  const describe = (prefix: string): string =>
    `((${formatString(prefix, false)} ${formatString(MAILBOX_DELIMITER, false)}))`;
  const prefixes = ['', OTHER_USERS_PREFIX, SHARED_PREFIX];
  await io.send(`* NAMESPACE ${prefixes.map(describe).join(' ')}`);
  return okay('NAMESPACE completed');
}
