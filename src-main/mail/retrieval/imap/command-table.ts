/**
 * Command table: which commands there are, in which states each is allowed, who handles it, and what its client may be told
 * afterwards (RFC 9051 §6, §7.5.1).
 */
import type { Command, CommandName, CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion, ImapState } from '../../../protocol/imap/server/session.ts';
import { deleteAcl, getAcl, listRights, myRights, setAcl } from './acl.ts';
import { append } from './append.ts';
import { copy, move } from './copy.ts';
import { expunge } from './expunge.ts';
import { fetch } from './fetch.ts';
import { capability, check, enable, id, logout, namespace, noop } from './general.ts';
import { idle } from './idle.ts';
import type { ImapSession } from './imap-session.ts';
import { list } from './list.ts';
import { lsub } from './lsub.ts';
import { create, deleteMailbox, rename, subscribe, unsubscribe } from './manage.ts';
import { getMetadata, setMetadata } from './metadata.ts';
import { esearch } from './multisearch.ts';
import { notify } from './notify.ts';
import { noticeRights } from './noticed-rights.ts';
import { withProgress } from './progress.ts';
import { getQuota, getQuotaRoot } from './quota.ts';
import { replace } from './replace.ts';
import { NO_PERMISSION } from './reachable-mailbox.ts';
import { search } from './search.ts';
import { close, examine, select, unselect } from './select.ts';
import { authenticate, login } from './sign-in.ts';
import { sort } from './sort.ts';
import { status } from './status.ts';
import { store } from './store.ts';
import { thread } from './thread.ts';
import { UID_REQUIRED, usesMessageNumbers } from './uid-only.ts';

export type Handler<Name extends CommandName> = (
  session: ImapSession,
  command: CommandOf<Name>,
  io: CommandIo,
) => Promise<Completion>;

interface TableEntry<Name extends CommandName> {
  readonly states: readonly ImapState[];
  readonly handle: Handler<Name>;
  /** How the client hears of changes before the completion: not at all, without EXPUNGE, or wholly. */
  readonly updates: 'none' | 'withoutExpunge' | 'all';
}

const ANY: readonly ImapState[] = ['notAuthenticated', 'authenticated', 'selected'];
const NOT_AUTHENTICATED: readonly ImapState[] = ['notAuthenticated'];
const SIGNED_IN: readonly ImapState[] = ['authenticated', 'selected'];
const SELECTED: readonly ImapState[] = ['selected'];

/** STARTTLS and COMPRESS belong to the engine; they are here for their states. */
async function byEngine(): Promise<Completion> {
  throw new Error('this command is handled by the engine');
}

export const COMMAND_TABLE: { readonly [Name in CommandName]: TableEntry<Name> } = {
  CAPABILITY: { states: ANY, handle: capability, updates: 'all' },
  NOOP: { states: ANY, handle: noop, updates: 'all' },
  LOGOUT: { states: ANY, handle: logout, updates: 'none' },
  ID: { states: ANY, handle: id, updates: 'all' },
  STARTTLS: { states: NOT_AUTHENTICATED, handle: byEngine, updates: 'none' },
  COMPRESS: { states: SIGNED_IN, handle: byEngine, updates: 'none' },
  AUTHENTICATE: { states: NOT_AUTHENTICATED, handle: authenticate, updates: 'none' },
  LOGIN: { states: NOT_AUTHENTICATED, handle: login, updates: 'none' },
  ENABLE: { states: SIGNED_IN, handle: enable, updates: 'all' },
  NAMESPACE: { states: SIGNED_IN, handle: namespace, updates: 'all' },
  LIST: { states: SIGNED_IN, handle: list, updates: 'all' },
  LSUB: { states: SIGNED_IN, handle: lsub, updates: 'all' },
  STATUS: { states: SIGNED_IN, handle: status, updates: 'all' },
  CREATE: { states: SIGNED_IN, handle: create, updates: 'all' },
  DELETE: { states: SIGNED_IN, handle: deleteMailbox, updates: 'all' },
  RENAME: { states: SIGNED_IN, handle: rename, updates: 'all' },
  SUBSCRIBE: { states: SIGNED_IN, handle: subscribe, updates: 'all' },
  UNSUBSCRIBE: { states: SIGNED_IN, handle: unsubscribe, updates: 'all' },
  SELECT: { states: SIGNED_IN, handle: select, updates: 'none' },
  EXAMINE: { states: SIGNED_IN, handle: examine, updates: 'none' },
  SETACL: { states: SIGNED_IN, handle: setAcl, updates: 'all' },
  DELETEACL: { states: SIGNED_IN, handle: deleteAcl, updates: 'all' },
  GETACL: { states: SIGNED_IN, handle: getAcl, updates: 'all' },
  LISTRIGHTS: { states: SIGNED_IN, handle: listRights, updates: 'all' },
  MYRIGHTS: { states: SIGNED_IN, handle: myRights, updates: 'all' },
  GETQUOTA: { states: SIGNED_IN, handle: getQuota, updates: 'all' },
  GETQUOTAROOT: { states: SIGNED_IN, handle: getQuotaRoot, updates: 'all' },
  GETMETADATA: { states: SIGNED_IN, handle: getMetadata, updates: 'all' },
  SETMETADATA: { states: SIGNED_IN, handle: setMetadata, updates: 'all' },
  NOTIFY: { states: SIGNED_IN, handle: notify, updates: 'all' },
  APPEND: { states: SIGNED_IN, handle: append, updates: 'all' },
  IDLE: { states: SIGNED_IN, handle: idle, updates: 'all' },
  CHECK: { states: SELECTED, handle: check, updates: 'all' },
  CLOSE: { states: SELECTED, handle: close, updates: 'none' },
  UNSELECT: { states: SELECTED, handle: unselect, updates: 'none' },
  EXPUNGE: { states: SELECTED, handle: expunge, updates: 'all' },
  FETCH: { states: SELECTED, handle: fetch, updates: 'withoutExpunge' },
  STORE: { states: SELECTED, handle: store, updates: 'withoutExpunge' },
  SEARCH: { states: SELECTED, handle: search, updates: 'withoutExpunge' },
  // RFC 7377 §2.2: what is not selected can be searched without selecting anything.
  ESEARCH: { states: SIGNED_IN, handle: esearch, updates: 'withoutExpunge' },
  SORT: { states: SELECTED, handle: sort, updates: 'withoutExpunge' },
  THREAD: { states: SELECTED, handle: thread, updates: 'withoutExpunge' },
  COPY: { states: SELECTED, handle: copy, updates: 'all' },
  MOVE: { states: SELECTED, handle: move, updates: 'all' },
  REPLACE: { states: SELECTED, handle: replace, updates: 'all' },
};

/** What these do to the mailbox is told whatever NOTIFY says (RFC 5465 §3.1). */
const REMOVING: ReadonlySet<CommandName> = new Set(['EXPUNGE', 'MOVE', 'REPLACE']);

/** Handles a command and then tells the client what has changed in its mailbox. */
export async function runCommand(session: ImapSession, command: Command, io: CommandIo): Promise<Completion> {
  const { updates } = COMMAND_TABLE[command.name];
  const { clock } = session.options;
  await noticeRights(session, io);
  if (!mayStillRead(session, command.name)) return NO_PERMISSION;
  const completion = await withProgress(command.name, { clock, io }, () => dispatch(session, command, io));
  const isUid = 'isUid' in command && command.isUid;
  const occasion = { mayExpunge: updates === 'all' || isUid, isUid, isOwn: REMOVING.has(command.name) };
  if (updates !== 'none') await session.announce(io, occasion);
  return completion;
}

/** Rights may go while the mailbox is selected: then it can only be left (RFC 4314 §5.1.1). */
function mayStillRead(session: ImapSession, name: CommandName): boolean {
  if (COMMAND_TABLE[name].states !== SELECTED || LEAVING.includes(name)) return true;
  return session.mailbox.may('r');
}

const LEAVING: readonly CommandName[] = ['CHECK', 'CLOSE', 'UNSELECT'];

function dispatch<Name extends CommandName>(
  session: ImapSession,
  command: CommandOf<Name>,
  io: CommandIo,
): Promise<Completion> {
  if (session.isUidOnly && usesMessageNumbers(command)) return Promise.resolve(UID_REQUIRED);
  const entry: TableEntry<Name> = COMMAND_TABLE[command.name];
  return entry.handle(session, command, io);
}
