/**
 * Sharing of mailboxes: what other accounts may do in a mailbox, and how they see its messages.
 *
 * Actor: MS (RFC 5598). Rights: RFC 4314. Flow: IMAP's ACL commands, the console and the provision file give rights → here →
 * sessions ask what an account can reach.
 * Invariants: the owner has every right and never a grant; rights go with their mailbox or their account, and stay through
 * a rename. Who reads another's mailbox has \Seen of its own there, which nobody else sees; all other flags are shared. A
 * change of that \Seen raises the mailbox's MODSEQ, so that the reader's other devices hear of it.
 */
import type { AccountId, Mailbox, MailboxId, MessageStore } from '../port.ts';
import type { Grantee, GroupGrantee } from './grantee.ts';
import type { Rights } from './rights.ts';

/** Groups, each with the accounts that it comes down to. */
export type GroupMembers = readonly (readonly [group: GroupGrantee, members: readonly AccountId[]])[];

/** One entry of a mailbox's access control list. */
export interface Grant {
  readonly grantee: Grantee;
  /** Negative rights are taken from what the others give (RFC 4314 §2). */
  readonly isNegative: boolean;
  readonly rights: Rights;
}

export interface GrantChange extends Grant {
  readonly operation: 'replace' | 'add' | 'remove';
}

/** A mailbox of another account. */
export interface SharedMailbox {
  /** `name` is the owner's; `unseenCount` is the reader's; `isSubscribed` is the owner's. */
  readonly mailbox: Mailbox;
  /** Never none. */
  readonly rights: Rights;
}

export interface MailSharing {
  listGrants(id: MailboxId): Promise<readonly Grant[]>;
  /** In one commit for all these mailboxes. An entry without rights goes. */
  changeGrants(ids: readonly MailboxId[], change: GrantChange): Promise<void>;
  /** All groups there are: a group that is not among them is gone, and its rights with it. */
  setGroupMembers(groups: GroupMembers): Promise<void>;
  /** All of them for the owner; none where the mailbox is gone. */
  rightsOf(reader: AccountId, id: MailboxId): Promise<Rights>;
  /** Mailboxes of others on which this account has any right, by owner and name. */
  listShared(reader: AccountId): Promise<readonly SharedMailbox[]>;
  /**
   * Messages as this account sees them in mailboxes of others: with its own \Seen. Flags that it has no right to set stay as they
   * are (RFC 4314 §4); other rights are the caller's to ask for. For its own mailboxes it is the store itself.
   */
  asReader(reader: AccountId): MessageStore;
}

export { groupGrantee, isGroup } from './grantee.ts';
export type { Grantee, GroupGrantee } from './grantee.ts';
export {
  ALL_RIGHTS,
  changeRights,
  effectiveRights,
  hasRight,
  inOrder,
  permittedFlags,
  rightForFlag,
} from './rights.ts';
export type { Right, Rights } from './rights.ts';
export { withReaderSeen } from './reader-columns.ts';
export type { ReaderSeen } from './reader-columns.ts';
