/**
 * Command parser: one command's text to a typed Command (RFC 9051 §6, §9).
 *
 * Invariants: never throws; linear time. A tag that can be read is part of every answer, so that BAD can carry it.
 */
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import type { Command, MailboxCommandName, PlainCommandName } from './command.ts';
import { Cursor, ImapSyntaxError, decodeOctets } from './cursor.ts';
import { findPending, parseAppend, parseReplace } from './append.ts';
import { parseFetchItems } from './fetch-item.ts';
import { parseGetMetadata, parseSetMetadata } from './metadata.ts';
import { parseFetchModifiers, parseSelectParameters, parseStoreModifier } from './modifiers.ts';
import { parseSources } from './mailbox-filter.ts';
import { parseNotify } from './notify.ts';
import { parseList } from './parse-list.ts';
import { parseSearchKeys, type SearchKey } from './search-key.ts';
import { parseSearchReturn, RETURN_ALL } from './search-return.ts';
import { parseRightsChange } from './rights.ts';
import { parseSequenceSet } from './sequence-set.ts';
import { parseSort, parseThread } from './sort-thread.ts';
import { parseStatusItems } from './status-item.ts';

export interface TaggedCommand {
  readonly tag: string;
  readonly command: Command;
}

export interface SyntaxProblem {
  /** null where not even the tag could be read. */
  readonly tag: string | null;
  readonly message: string;
  /** The command was known, but not its arguments. */
  readonly isKnown: boolean;
}

type ArgumentParser = (cursor: Cursor) => Command;

const PARSERS: Readonly<Record<string, ArgumentParser>> = {
  ...plainParsers(),
  ...mailboxParsers(),
  AUTHENTICATE: (cursor) => {
    const mechanism = spaceThen(cursor, () => cursor.keyword());
    const initialResponse = cursor.take(' ') ? cursor.rest() : null;
    return { name: 'AUTHENTICATE', mechanism, initialResponse };
  },
  LOGIN: (cursor) => {
    const user = decodeOctets(spaceThen(cursor, () => cursor.astring()));
    return { name: 'LOGIN', user, password: decodeOctets(spaceThen(cursor, () => cursor.astring())) };
  },
  ENABLE: (cursor) => {
    const capabilities: string[] = [];
    do capabilities.push(spaceThen(cursor, () => cursor.keyword()));
    while (cursor.sees(' '));
    return { name: 'ENABLE', capabilities };
  },
  ID: (cursor) => ({ name: 'ID', fields: spaceThen(cursor, () => parseIdFields(cursor)) }),
  SELECT: (cursor) => parseSelect(cursor, 'SELECT'),
  EXAMINE: (cursor) => parseSelect(cursor, 'EXAMINE'),
  CREATE: (cursor) => ({ name: 'CREATE', mailbox: mailboxArgument(cursor), specialUses: parseUse(cursor) }),
  RENAME: (cursor) => ({ name: 'RENAME', from: mailboxArgument(cursor), to: mailboxArgument(cursor) }),
  LIST: parseList,
  LSUB: (cursor) => ({
    name: 'LSUB',
    reference: mailboxArgument(cursor),
    pattern: spaceThen(cursor, () => cursor.listMailbox()),
  }),
  STATUS: (cursor) => ({
    name: 'STATUS',
    mailbox: mailboxArgument(cursor),
    items: spaceThen(cursor, () => parseStatusItems(cursor)),
  }),
  APPEND: (cursor) => parseAppend(cursor) ?? cursor.fail('a message literal'),
  REPLACE: (cursor) => parseReplace(cursor, false) ?? cursor.fail('a message literal'),
  COMPRESS: (cursor) => ({ name: 'COMPRESS', mechanism: spaceThen(cursor, () => cursor.keyword()) }),
  GETQUOTA: (cursor) => ({ name: 'GETQUOTA', root: mailboxArgument(cursor) }),
  GETMETADATA: parseGetMetadata,
  NOTIFY: parseNotify,
  SETMETADATA: parseSetMetadata,
  SETACL: (cursor) => ({
    name: 'SETACL',
    ...parseAclEntry(cursor),
    change: spaceThen(cursor, () => parseRightsChange(cursor)),
  }),
  DELETEACL: (cursor) => ({ name: 'DELETEACL', ...parseAclEntry(cursor) }),
  LISTRIGHTS: (cursor) => ({ name: 'LISTRIGHTS', ...parseAclEntry(cursor) }),
  EXPUNGE: () => ({ name: 'EXPUNGE', set: null }),
  FETCH: (cursor) => parseFetch(cursor, false),
  STORE: (cursor) => parseStore(cursor, false),
  SEARCH: (cursor) => parseSearch(cursor, false),
  ESEARCH: parseEsearch,
  SORT: (cursor) => parseSort(cursor, false),
  THREAD: (cursor) => parseThread(cursor, false),
  COPY: (cursor) => parseCopy(cursor, 'COPY', false),
  MOVE: (cursor) => parseCopy(cursor, 'MOVE', false),
  UID: parseUid,
};

const UID_PARSERS: Readonly<Record<string, ArgumentParser>> = {
  FETCH: (cursor) => parseFetch(cursor, true),
  STORE: (cursor) => parseStore(cursor, true),
  SEARCH: (cursor) => parseSearch(cursor, true),
  SORT: (cursor) => parseSort(cursor, true),
  THREAD: (cursor) => parseThread(cursor, true),
  COPY: (cursor) => parseCopy(cursor, 'COPY', true),
  MOVE: (cursor) => parseCopy(cursor, 'MOVE', true),
  REPLACE: (cursor) => parseReplace(cursor, true) ?? cursor.fail('a message literal'),
  EXPUNGE: (cursor) => ({ name: 'EXPUNGE', set: spaceThen(cursor, () => parseSequenceSet(cursor)) }),
};

/** Parses a command whose literals, except an APPEND's message, stand in its text. */
export function parseCommand(text: string): Result<TaggedCommand, SyntaxProblem> {
  const cursor = new Cursor(text);
  let tag: string | null = null;
  let isKnown = false;
  try {
    tag = cursor.tag();
    cursor.space();
    const parser = PARSERS[cursor.keyword()];
    if (parser === undefined) return err({ tag, message: 'Unknown command', isKnown });
    isKnown = true;
    const command = parser(cursor);
    if (!awaitsOctets(command)) cursor.end();
    return ok({ tag, command });
  } catch (error) {
    if (!(error instanceof ImapSyntaxError)) throw error;
    return err({ tag, message: `Syntax error: ${error.message}`, isKnown });
  }
}

/** Whether the literal that `text` announces at its end is the message of an APPEND or a REPLACE, which is not gathered but passed on. */
export function announcesMessage(text: string): boolean {
  if (!/^[^ ]+ (?:append|(?:uid )?replace) /i.test(text)) return false;
  const parsed = parseCommand(text);
  return parsed.ok && awaitsOctets(parsed.value.command);
}

/** Whether octets of a message come next. */
function awaitsOctets(command: Command): boolean {
  return 'messages' in command && findPending([], command.messages) !== null;
}

function plainParsers(): Record<string, ArgumentParser> {
  const names: PlainCommandName[] = [
    'CAPABILITY',
    'NOOP',
    'LOGOUT',
    'STARTTLS',
    'NAMESPACE',
    'CLOSE',
    'UNSELECT',
    'CHECK',
    'IDLE',
  ];
  return Object.fromEntries(names.map((name) => [name, (): Command => ({ name })]));
}

function mailboxParsers(): Record<string, ArgumentParser> {
  const names: MailboxCommandName[] = [
    'DELETE',
    'SUBSCRIBE',
    'UNSUBSCRIBE',
    'GETQUOTAROOT',
    'GETACL',
    'MYRIGHTS',
  ];
  return Object.fromEntries(
    names.map((name) => [name, (cursor): Command => ({ name, mailbox: mailboxArgument(cursor) })]),
  );
}

function spaceThen<T>(cursor: Cursor, read: () => T): T {
  cursor.space();
  return read();
}

function mailboxArgument(cursor: Cursor): string {
  return spaceThen(cursor, () => cursor.astring());
}

/** RFC 4314 §3: an identifier is UTF-8 and not empty. */
function parseAclEntry(cursor: Cursor): { mailbox: string; identifier: string } {
  const mailbox = mailboxArgument(cursor);
  const identifier = decodeOctets(spaceThen(cursor, () => cursor.astring())).normalize('NFKC');
  return identifier === '' ? cursor.fail('an identifier') : { mailbox, identifier };
}

function parseSelect(cursor: Cursor, name: 'SELECT' | 'EXAMINE'): Command {
  return { name, mailbox: mailboxArgument(cursor), parameters: parseSelectParameters(cursor) };
}

function parseUid(cursor: Cursor): Command {
  const name = spaceThen(cursor, () => cursor.keyword());
  const parser = UID_PARSERS[name];
  return parser === undefined ? cursor.fail('a command that takes UIDs') : parser(cursor);
}

/** RFC 2971 §3.1: a list of name and value, or NIL. */
function parseIdFields(cursor: Cursor): Map<string, string> {
  const fields = new Map<string, string>();
  if (cursor.take('NIL')) return fields;
  cursor.list(() => {
    const name = decodeOctets(cursor.string()).toLowerCase();
    cursor.space();
    const value = cursor.nstring();
    if (value !== null) fields.set(name, decodeOctets(value));
  }, 0);
  return fields;
}

/** RFC 6154 §3: `(USE (\Sent))`. */
function parseUse(cursor: Cursor): string[] {
  if (!cursor.take(' ')) return [];
  let uses: string[] = [];
  cursor.list(() => {
    if (cursor.keyword() !== 'USE') cursor.fail('USE');
    uses = spaceThen(cursor, () => cursor.list(() => cursor.flag(), 0));
  }, 0);
  return uses;
}

function parseFetch(cursor: Cursor, isUid: boolean): Command {
  const set = spaceThen(cursor, () => parseSequenceSet(cursor));
  const items = spaceThen(cursor, () => parseFetchItems(cursor));
  const modifiers = parseFetchModifiers(cursor);
  // RFC 9394 §3.3: an extension of UID FETCH only.
  if (modifiers.partial !== null && !isUid) cursor.fail('UID FETCH with PARTIAL');
  return { name: 'FETCH', isUid, set, items, modifiers };
}

function parseStore(cursor: Cursor, isUid: boolean): Command {
  const set = spaceThen(cursor, () => parseSequenceSet(cursor));
  cursor.space();
  const unchangedSince = parseStoreModifier(cursor);
  const operation = cursor.take('+') ? 'add' : cursor.take('-') ? 'remove' : 'replace';
  const item = cursor.keyword();
  if (item !== 'FLAGS' && item !== 'FLAGS.SILENT') cursor.fail('FLAGS');
  cursor.space();
  const flags = cursor.sees('(') ? cursor.list(() => cursor.flag(), 0) : parseBareFlags(cursor);
  return { name: 'STORE', isUid, set, operation, isSilent: item === 'FLAGS.SILENT', unchangedSince, flags };
}

/** RFC 9051 §9 store-att-flags: flags without parentheses. */
function parseBareFlags(cursor: Cursor): string[] {
  const flags = [cursor.flag()];
  while (cursor.take(' ')) flags.push(cursor.flag());
  return flags;
}

function parseSearch(cursor: Cursor, isUid: boolean): Command {
  cursor.space();
  return { name: 'SEARCH', isUid, returns: parseSearchReturn(cursor), ...parseSearchProgram(cursor) };
}

function parseEsearch(cursor: Cursor): Command {
  cursor.space();
  const sources = parseSources(cursor);
  // RFC 7377 §2.1: ALL where nothing else is asked for.
  const returns = parseSearchReturn(cursor) ?? RETURN_ALL;
  return { name: 'ESEARCH', sources, returns, ...parseSearchProgram(cursor) };
}

/** RFC 9051 §9 search-program */
function parseSearchProgram(cursor: Cursor): { charset: string | null; key: SearchKey } {
  const charset = cursor.take('CHARSET ') ? cursor.astring() : null;
  if (charset !== null) cursor.space();
  return { charset, key: parseSearchKeys(cursor) };
}

function parseCopy(cursor: Cursor, name: 'COPY' | 'MOVE', isUid: boolean): Command {
  const set = spaceThen(cursor, () => parseSequenceSet(cursor));
  return { name, isUid, set, mailbox: mailboxArgument(cursor) };
}
