/**
 * Sharing area: who else may do what in an account's mailboxes, and the mailboxes that nobody owns (info@, support@).
 */
import { z } from 'zod';
import { accountRow } from './accounts.ts';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, pageSize, searchText } from './values.ts';

/** What people choose from, as rights of RFC 4314 §2.1. */
export const SHARE_LEVELS = { read: 'lrs', write: 'lrswipte', manage: 'lrswipkxtea' } as const;
export type ShareLevel = keyof typeof SHARE_LEVELS;

const rights = z
  .string()
  .regex(/^[lrswipkxtea]*$/)
  .max(SHARE_LEVELS.manage.length);
const mailboxName = z.string().min(1).max(LIMITS.mailboxNameLength);

/** A group of the directory by its address. */
export const groupGrantee = z.templateLiteral(['group:', z.string().min(1).max(LIMITS.addressLength)]);

/** Everybody who signs in, one account, or a group. */
export const grantee = z.union([z.literal('anyone'), accountId, groupGrantee]);
export type Grantee = z.infer<typeof grantee>;

export const shareMember = z.object({
  grantee,
  /** The account's or group's; empty for anyone. */
  address: z.string(),
  name: z.string(),
  /** null: not the same in all of the mailboxes. */
  rights: z.string().nullable(),
  /** Rights that are taken from them whatever else gives them. */
  denied: z.string(),
});
export type ShareMember = z.infer<typeof shareMember>;

export const shareQuery = z.object({
  accountId,
  /** null: all mailboxes of the account. */
  mailbox: mailboxName.nullable(),
  text: searchText.default(''),
  limit: pageSize.default(200),
});
export type ShareQuery = z.input<typeof shareQuery>;

export const shareView = z.object({
  mailboxes: z.array(z.string()).readonly(),
  /** Anyone first, then who has rights, then who could be given some; both with groups before people, by address. */
  members: z.array(shareMember).readonly(),
  /** How many match besides anyone. */
  total: count,
});
export type ShareView = z.infer<typeof shareView>;

/** What one had in a mailbox. */
export const heldRights = z.object({ mailboxId: z.int().nonnegative(), rights, denied: rights });
export type HeldRights = z.infer<typeof heldRights>;
const heldList = z.array(heldRights).max(LIMITS.sharedMailboxes).readonly();

export const sharedMailboxRow = accountRow.extend({
  /** Who has rights on its INBOX. */
  members: z.array(shareMember).readonly(),
});
export type SharedMailboxRow = z.infer<typeof sharedMailboxRow>;

export const newSharedMailbox = z.object({
  localPart: z.string().trim().min(1).max(LIMITS.localPartLength),
  domain: z.string().trim().min(1).max(LIMITS.domainLength),
  name: z.string().trim().max(LIMITS.personNameLength),
});
export type NewSharedMailbox = z.infer<typeof newSharedMailbox>;

export const sharingContract = {
  watch: callFor('rules.read').input(shareQuery).output(feedOf(shareView, noChange)),
  /** Gives exactly these rights, none takes all away; answers what there was, for undoing it. */
  give: callFor('rules.change')
    .input(z.object({ accountId, mailbox: mailboxName.nullable(), grantee, rights }))
    .output(heldList),
  restore: callFor('rules.change')
    .input(z.object({ accountId, grantee, held: heldList }))
    .output(z.void()),
  watchMailboxes: callFor('rules.read').output(feedOf(z.array(sharedMailboxRow).readonly(), noChange)),
  /** Everything else about it is as for an account: change and remove it there. */
  addMailbox: callFor('rules.change').input(newSharedMailbox).output(accountRow),
};
