/**
 * Commands: what a client can ask, as data (RFC 9051 §6, RFC 3501 §6 and the extensions that we announce).
 *
 * Flow: parser → here → handlers. Strings that the client sent are text; mailbox names are still as they came, since only
 * the session knows their encoding.
 */
import type { LiteralAnnouncement } from './cursor.ts';
import type { FetchItem } from './fetch-item.ts';
import type { MailboxFilter } from './mailbox-filter.ts';
import type { GetMetadataCommand, MetadataEntryName, SetMetadataCommand } from './metadata.ts';
import type { FetchModifiers, SelectParameters } from './modifiers.ts';
import type { NotifyCommand } from './notify.ts';
import type { SearchKey } from './search-key.ts';
import type { SearchReturn } from './search-return.ts';
import type { RightsChange } from './rights.ts';
import type { SequenceSet } from './sequence-set.ts';
import type { SortCommand, ThreadCommand } from './sort-thread.ts';
import type { StatusItem } from './status-item.ts';

/** A mailbox name as octets (RFC 3501: modified UTF-7). */
export type WireName = string;

export type ListSelectionOption = 'SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE';

export interface ListReturn {
  readonly subscribed: boolean;
  readonly children: boolean;
  readonly specialUse: boolean;
  /** STATUS items (RFC 5819), null where not asked. */
  readonly status: readonly StatusItem[] | null;
  /** Annotations (RFC 9590), null where not asked. */
  readonly metadata: readonly MetadataEntryName[] | null;
  /** RFC 8440 */
  readonly myRights: boolean;
}

export interface ListCommand {
  readonly name: 'LIST';
  readonly selection: readonly ListSelectionOption[];
  readonly reference: WireName;
  readonly patterns: readonly WireName[];
  readonly returns: ListReturn;
  /** Written in the extended syntax (RFC 5258), in which an empty pattern is no question for the delimiter. */
  readonly isExtended: boolean;
}

/** Commands without arguments. */
export type PlainCommandName =
  'CAPABILITY' | 'NOOP' | 'LOGOUT' | 'STARTTLS' | 'NAMESPACE' | 'CLOSE' | 'UNSELECT' | 'CHECK' | 'IDLE';

/** Commands whose only argument is a mailbox. */
export type MailboxCommandName =
  'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE' | 'GETQUOTAROOT' | 'GETACL' | 'MYRIGHTS';

export interface FetchCommand {
  readonly name: 'FETCH';
  readonly isUid: boolean;
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
  readonly modifiers: FetchModifiers;
}

export interface StoreCommand {
  readonly name: 'STORE';
  readonly isUid: boolean;
  readonly set: SequenceSet;
  readonly operation: 'add' | 'remove' | 'replace';
  readonly isSilent: boolean;
  /** RFC 7162 §3.1.3, null where not given. */
  readonly unchangedSince: number | null;
  readonly flags: readonly string[];
}

export interface SearchCommand {
  readonly name: 'SEARCH';
  readonly isUid: boolean;
  /** null: no RETURN. */
  readonly returns: SearchReturn | null;
  readonly charset: string | null;
  readonly key: SearchKey;
}

/** RFC 7377 §2: a search in several mailboxes. */
export interface EsearchCommand {
  readonly name: 'ESEARCH';
  /** null: the mailbox that is selected. */
  readonly sources: readonly MailboxFilter[] | null;
  readonly returns: SearchReturn;
  readonly charset: string | null;
  readonly key: SearchKey;
}

export interface CopyCommand {
  readonly name: 'COPY' | 'MOVE';
  readonly isUid: boolean;
  readonly set: SequenceSet;
  readonly mailbox: WireName;
}

/** Octets of a message that the client sends. */
export interface TextPart {
  readonly kind: 'text';
  readonly literal: LiteralAnnouncement;
  /** Written as `UTF8 (~{…})` (RFC 6855 §4), so a parenthesis follows the octets. */
  readonly isUtf8: boolean;
  /** Within `CATENATE (…)`. */
  readonly isCatenated: boolean;
}

/** A message is put together from these (RFC 4469); an ordinary one has one part. */
export type MessagePart = TextPart | { readonly kind: 'url'; readonly url: string };

/** A message on its way in, as far as the announcement of octets. */
export interface AppendMessage {
  readonly flags: readonly string[];
  /** Milliseconds since 1970 UTC, null where not given. */
  readonly internalDate: number | null;
  /** Further parts may follow the octets of the last. */
  readonly parts: readonly MessagePart[];
}

/** Further messages may follow the octets of the last (RFC 3502). */
export interface AppendCommand {
  readonly name: 'APPEND';
  readonly mailbox: WireName;
  readonly messages: readonly AppendMessage[];
}

/** RFC 8508 §3 */
export interface ReplaceCommand {
  readonly name: 'REPLACE';
  readonly isUid: boolean;
  readonly set: SequenceSet;
  readonly mailbox: WireName;
  readonly messages: readonly AppendMessage[];
}

/** RFC 4314 §3: `identifier` is text. */
interface AclCommandOf<Name extends string> {
  readonly name: Name;
  readonly mailbox: WireName;
  readonly identifier: string;
}

export interface SetAclCommand extends AclCommandOf<'SETACL'> {
  readonly change: RightsChange;
}

export interface SelectCommand {
  readonly name: 'SELECT' | 'EXAMINE';
  readonly mailbox: WireName;
  readonly parameters: SelectParameters;
}

export type Command =
  | { [Name in PlainCommandName]: { readonly name: Name } }[PlainCommandName]
  | { [Name in MailboxCommandName]: { readonly name: Name; readonly mailbox: WireName } }[MailboxCommandName]
  | { readonly name: 'AUTHENTICATE'; readonly mechanism: string; readonly initialResponse: string | null }
  | { readonly name: 'LOGIN'; readonly user: string; readonly password: string }
  | { readonly name: 'ENABLE'; readonly capabilities: readonly string[] }
  | { readonly name: 'ID'; readonly fields: ReadonlyMap<string, string> }
  | { readonly name: 'CREATE'; readonly mailbox: WireName; readonly specialUses: readonly string[] }
  | { readonly name: 'RENAME'; readonly from: WireName; readonly to: WireName }
  | { readonly name: 'LSUB'; readonly reference: WireName; readonly pattern: WireName }
  | { readonly name: 'STATUS'; readonly mailbox: WireName; readonly items: readonly StatusItem[] }
  /** `set` only for UID EXPUNGE (RFC 9051 §6.4.9). */
  | { readonly name: 'EXPUNGE'; readonly set: SequenceSet | null }
  | (SelectCommand & { readonly name: 'SELECT' })
  | (SelectCommand & { readonly name: 'EXAMINE' })
  | SetAclCommand
  | AclCommandOf<'DELETEACL'>
  | AclCommandOf<'LISTRIGHTS'>
  | ListCommand
  | FetchCommand
  | StoreCommand
  | SearchCommand
  | EsearchCommand
  | SortCommand
  | ThreadCommand
  | (CopyCommand & { readonly name: 'COPY' })
  | (CopyCommand & { readonly name: 'MOVE' })
  | AppendCommand
  | ReplaceCommand
  | { readonly name: 'COMPRESS'; readonly mechanism: string }
  | NotifyCommand
  | GetMetadataCommand
  | SetMetadataCommand
  | { readonly name: 'GETQUOTA'; readonly root: string };

export type CommandName = Command['name'];
export type CommandOf<Name extends CommandName> = Extract<Command, { readonly name: Name }>;
