/** Rights on mailboxes, as rows (RFC 4314): what others may do, read and written. */
import type { AccountId, MailboxId } from '../../mail/mailstore/port.ts';
import {
  ALL_RIGHTS,
  changeRights,
  effectiveRights,
  isGroup,
  type Grant,
  type GrantChange,
  type Grantee,
  type Rights,
  type SharedMailbox,
} from '../../mail/mailstore/sharing/port.ts';
import type { Connection } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import { columnOfGroup, groupWrites, readGroup, readGroupsOf } from './group-rows.ts';
import { MAILBOX_COLUMNS, toMailbox, type MailboxRow } from './rows.ts';

/** No account has it: ids begin with 1. */
const ANYONE = 0;

interface GrantRow {
  grantee: number;
  is_negative: number;
  rights: string;
}

export function readGrants(connection: Connection, id: MailboxId): readonly Grant[] {
  const rows = connection.all<GrantRow>(
    'SELECT grantee, is_negative, rights FROM mailbox_grant WHERE mailbox_id = ? ORDER BY grantee, is_negative',
    id,
  );
  return rows.map(({ grantee, is_negative, rights }) => ({
    grantee: toGrantee(connection, grantee),
    isNegative: is_negative === 1,
    rights,
  }));
}

export function readRights(connection: Connection, reader: AccountId, id: MailboxId): Rights {
  const row = connection.get<{ owner: number }>('SELECT account_id AS owner FROM mailbox WHERE id = ?', id);
  if (row === undefined) return '';
  if (row.owner === reader) return ALL_RIGHTS;
  return effectiveRights(readGrants(connection, id), reader, readGroupsOf(connection, reader));
}

/** By owner and name; the unseen are the reader's. */
export function readShared(connection: Connection, reader: AccountId): readonly SharedMailbox[] {
  const rows = connection.all<MailboxRow & { seen: number }>(
    `SELECT ${MAILBOX_COLUMNS},
            (SELECT count(*) FROM reader_seen AS own
              WHERE own.account_id = ? AND own.mailbox_id = mailbox.id AND own.is_seen = 1) AS seen
       FROM mailbox
      WHERE mailbox.account_id <> ?
        AND mailbox.id IN (SELECT mailbox_id FROM mailbox_grant
                            WHERE grantee IN (?, ${ANYONE})
                               OR grantee IN (SELECT -group_id FROM sharing_group_member WHERE account_id = ?))
      ORDER BY mailbox.account_id, mailbox.name <> 'INBOX', mailbox.name`,
    reader,
    reader,
    reader,
    reader,
  );
  const groups = readGroupsOf(connection, reader);
  return rows.flatMap(({ seen, ...row }) => {
    const rights = effectiveRights(readGrants(connection, row.id), reader, groups);
    const mailbox = toMailbox({ ...row, unseen_count: row.message_count - seen });
    return rights === '' ? [] : [{ mailbox, rights }];
  });
}

const changeGrants: Write<{ ids: readonly MailboxId[]; change: GrantChange }, void> = (
  transaction,
  { ids, change },
) => {
  const { connection } = transaction;
  for (const id of ids) {
    const row = connection.get<{ owner: number }>('SELECT account_id AS owner FROM mailbox WHERE id = ?', id);
    if (row === undefined) continue;
    const isSame = (grant: Grant): boolean =>
      grant.grantee === change.grantee && grant.isNegative === change.isNegative;
    const current = readGrants(connection, id).find(isSame)?.rights ?? '';
    putGrant(connection, id, { ...change, rights: changeRights(current, change.operation, change.rights) });
    transaction.changes.push({ accountId: row.owner, mailboxId: id, kind: 'rights' });
  }
};

function putGrant(connection: Connection, id: MailboxId, { grantee, isNegative, rights }: Grant): void {
  if (rights === '') {
    connection.run(
      'DELETE FROM mailbox_grant WHERE mailbox_id = ? AND grantee = ? AND is_negative = ?',
      id,
      toColumn(connection, grantee),
      Number(isNegative),
    );
    return;
  }
  connection.run(
    'INSERT OR REPLACE INTO mailbox_grant (mailbox_id, grantee, is_negative, rights) VALUES (?, ?, ?, ?)',
    id,
    toColumn(connection, grantee),
    Number(isNegative),
    rights,
  );
}

/** Groups stand below zero. */
function toColumn(connection: Connection, grantee: Grantee): number {
  if (grantee === 'anyone') return ANYONE;
  return isGroup(grantee) ? columnOfGroup(connection, grantee) : grantee;
}

function toGrantee(connection: Connection, column: number): Grantee {
  if (column === ANYONE) return 'anyone';
  return column < 0 ? readGroup(connection, column) : column;
}

/** RFC 4314 §4: a new mailbox has the rights of the one it is made under. */
export function inheritGrants(transaction: Transaction, from: MailboxId, to: MailboxId): void {
  transaction.connection.run(
    `INSERT INTO mailbox_grant (mailbox_id, grantee, is_negative, rights)
     SELECT ?, grantee, is_negative, rights FROM mailbox_grant WHERE mailbox_id = ?`,
    to,
    from,
  );
}

/** The mailbox is going: so do the rights on it and what its readers have seen. */
export function dropMailboxSharing({ connection }: Transaction, id: MailboxId): void {
  connection.run('DELETE FROM mailbox_grant WHERE mailbox_id = ?', id);
  connection.run('DELETE FROM reader_seen WHERE mailbox_id = ?', id);
}

/** The account is going: so do its rights on others' mailboxes and what it has seen there. */
export function dropReader({ connection }: Transaction, reader: AccountId): void {
  connection.run('DELETE FROM mailbox_grant WHERE grantee = ?', reader);
  connection.run('DELETE FROM sharing_group_member WHERE account_id = ?', reader);
  connection.run('DELETE FROM reader_seen WHERE account_id = ?', reader);
}

export const grantWrites = { changeGrants, ...groupWrites };
