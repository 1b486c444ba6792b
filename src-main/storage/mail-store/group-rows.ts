/**
 * Groups that may have rights on mailboxes, and who is in them: a copy of what the directory says, so that rights are judged in the
 * commit that asks for them.
 */
import type { AccountId } from '../../mail/mailstore/port.ts';
import type { GroupGrantee, GroupMembers } from '../../mail/mailstore/sharing/port.ts';
import type { Connection } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';

const PREFIX = 'group:';

/** The group that a column below zero stands for. */
export function readGroup(connection: Connection, column: number): GroupGrantee {
  const row = connection.get<{ address: string }>('SELECT address FROM sharing_group WHERE id = ?', -column);
  return `${PREFIX}${row?.address ?? ''}`;
}

/** Known from now on, whoever is in it. */
export function columnOfGroup(connection: Connection, group: GroupGrantee): number {
  const address = group.slice(PREFIX.length);
  connection.run('INSERT OR IGNORE INTO sharing_group (address) VALUES (?)', address);
  const row = connection.get<{ id: number }>('SELECT id FROM sharing_group WHERE address = ?', address);
  return -(row?.id ?? 0);
}

export function readGroupsOf(connection: Connection, account: AccountId): ReadonlySet<GroupGrantee> {
  const rows = connection.all<{ address: string }>(
    `SELECT address FROM sharing_group WHERE id IN (SELECT group_id FROM sharing_group_member WHERE account_id = ?)`,
    account,
  );
  return new Set(rows.map(({ address }): GroupGrantee => `${PREFIX}${address}`));
}

const setGroupMembers: Write<GroupMembers, void> = (transaction, groups) => {
  const { connection } = transaction;
  const wanted = new Map(groups);
  for (const { id, address } of connection.all<{ id: number; address: string }>(
    'SELECT * FROM sharing_group',
  )) {
    if (!wanted.has(`${PREFIX}${address}`)) dropGroup(transaction, id);
  }
  for (const [group, members] of wanted) setMembers(transaction, columnOfGroup(connection, group), members);
};

function setMembers(transaction: Transaction, column: number, members: readonly AccountId[]): void {
  const { connection } = transaction;
  const rows = connection.all<{ account_id: number }>(
    'SELECT account_id FROM sharing_group_member WHERE group_id = ? ORDER BY account_id',
    -column,
  );
  const sorted = [...new Set(members)].sort((a, b) => a - b);
  if (rows.map(({ account_id }) => account_id).join() === sorted.join()) return;
  connection.run('DELETE FROM sharing_group_member WHERE group_id = ?', -column);
  for (const account of sorted) {
    connection.run('INSERT INTO sharing_group_member (account_id, group_id) VALUES (?, ?)', account, -column);
  }
  noteRights(transaction, column);
}

/** The group is gone: so are its rights. */
function dropGroup(transaction: Transaction, id: number): void {
  const { connection } = transaction;
  noteRights(transaction, -id);
  connection.run('DELETE FROM mailbox_grant WHERE grantee = ?', -id);
  connection.run('DELETE FROM sharing_group_member WHERE group_id = ?', id);
  connection.run('DELETE FROM sharing_group WHERE id = ?', id);
}

/** Sessions look again at what they may do in the mailboxes that the group has rights on. */
function noteRights({ connection, changes }: Transaction, column: number): void {
  const rows = connection.all<{ id: number; account_id: number }>(
    'SELECT id, account_id FROM mailbox WHERE id IN (SELECT mailbox_id FROM mailbox_grant WHERE grantee = ?)',
    column,
  );
  for (const { id, account_id: accountId } of rows)
    changes.push({ accountId, mailboxId: id, kind: 'rights' });
}

export const groupWrites = { setGroupMembers };
