/** Rows of domains, accounts and aliases. The directory keeps the rules and a copy in memory; this keeps the truth. */
import {
  DEFAULT_POP3_SETTINGS,
  MAILSTORE,
  type AccountId,
  type DeliveryMethod,
  type Domain,
  type DomainSettings,
  type Forwarding,
  type GroupRules,
  type HandOverMethod,
  type Pop3Settings,
} from '../directory/port.ts';
import type {
  AccountRow,
  AliasRow,
  DirectoryRows,
  NewAccountRow,
  StoredCredentials,
} from '../directory/store-port.ts';
import { dropAppPasswords } from './app-password-store.ts';
import { bayesWrites } from './screening/bayes-store.ts';
import { forgetSenderLists } from './screening/sender-list-store.ts';
import { dropQuarantine } from './screening/quarantine-keeping.ts';
import type { Connection, SqlValue } from './connection.ts';
import { dropDeeds } from './mailbox-deeds.ts';
import { dropAccountKey } from './sealing/account-key.ts';
import { dropReader } from './mail-store/grant-rows.ts';
import { dropMailbox, mailboxWrites } from './mail-store/mailbox-writes.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addDomain: Write<Pick<Domain, 'name' | 'createdAt'>, void> = ({ connection }, domain) => {
  connection.run('INSERT INTO domain (name, created_at) VALUES (?, ?)', domain.name, domain.createdAt);
};

const changeDomain: Write<{ name: string; change: Partial<DomainSettings> }, void> = (
  { connection },
  { name, change },
) => {
  updateColumns(connection, { table: 'domain', key: 'name', value: name }, [
    ['alias_of', change.aliasOf],
    ['catch_all', change.catchAll && JSON.stringify(change.catchAll)],
    ['quota_bytes', change.quotaBytes],
  ]);
};

/** Sets the columns that have a value. */
function updateColumns(
  connection: Connection,
  row: { table: 'domain' | 'account'; key: string; value: SqlValue },
  columns: readonly (readonly [column: string, value: SqlValue | undefined])[],
): void {
  for (const [column, value] of columns) {
    if (value === undefined) continue;
    connection.run(`UPDATE ${row.table} SET ${column} = ? WHERE ${row.key} = ?`, value, row.value);
  }
}

const removeDomain: Write<string, void> = ({ connection }, name) => {
  connection.run('DELETE FROM domain WHERE name = ?', name);
};

const addAccount: Write<NewAccountRow, AccountId> = (transaction, account) => {
  const { rowId } = transaction.connection.run(
    `INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, quota_bytes, quota_messages,
       credentials, kind)
     VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
    account.localPart,
    account.domain,
    account.addressKey,
    account.name,
    account.createdAt,
    account.quotaBytes,
    account.quotaMessages,
    JSON.stringify(account.credentials),
    account.kind,
  );
  mailboxWrites.createAccountMailboxes(transaction, rowId);
  const { keyring } = transaction.connection;
  if (keyring.isSealing) keyring.makeKey(rowId);
  return rowId;
};

interface ChangeArguments {
  readonly id: AccountId;
  readonly change: Parameters<DirectoryRows['changeAccount']>[1];
}

const changeAccount: Write<ChangeArguments, void> = ({ connection }, { id, change }) => {
  updateColumns(connection, { table: 'account', key: 'id', value: id }, [
    ['name', change.name],
    ['is_enabled', change.isEnabled === undefined ? undefined : Number(change.isEnabled)],
    ['quota_bytes', change.quotaBytes],
    ['quota_messages', change.quotaMessages],
    ['quota_warned', change.quotaWarned],
    ['last_sign_in_at', change.lastSignInAt],
    ['pop3', change.pop3 && JSON.stringify(change.pop3)],
    ['credentials', change.credentials && JSON.stringify(change.credentials)],
    ['addresses', change.addresses && JSON.stringify(change.addresses)],
    ['forwarding', change.forwarding && JSON.stringify(change.forwarding)],
    ['delivery', change.delivery && JSON.stringify(change.delivery)],
    [
      'requires_app_password',
      change.requiresAppPassword === undefined ? undefined : Number(change.requiresAppPassword),
    ],
  ]);
};

const removeAccount: Write<AccountId, void> = (transaction, id) => {
  const { connection } = transaction;
  const mailboxes = connection.all<{ id: number }>('SELECT id FROM mailbox WHERE account_id = ?', id);
  for (const mailbox of mailboxes) dropMailbox(transaction, id, mailbox.id);
  dropReader(transaction, id);
  connection.run('DELETE FROM subscription WHERE account_id = ?', id);
  connection.run('DELETE FROM metadata WHERE account_id = ?', id);
  bayesWrites.forgetTokens(transaction, id);
  dropQuarantine(transaction, id);
  dropAppPasswords(transaction, id);
  forgetSenderLists(transaction, id);
  connection.run('DELETE FROM account WHERE id = ?', id);
  dropDeeds(transaction, id);
  dropAccountKey(transaction, id);
};

const putAlias: Write<AliasRow, void> = ({ connection }, alias) => {
  connection.run(
    `INSERT OR REPLACE INTO alias (address_key, local_part, domain, targets, is_enabled, expires_at, delivery, posting_rules)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    alias.addressKey,
    alias.localPart,
    alias.domain,
    JSON.stringify(alias.targets),
    Number(alias.isEnabled),
    alias.expiresAt,
    alias.delivery && JSON.stringify(alias.delivery),
    alias.group && JSON.stringify(alias.group),
  );
};

const removeAlias: Write<string, void> = ({ connection }, addressKey) => {
  connection.run('DELETE FROM alias WHERE address_key = ?', addressKey);
};

export const directoryWrites = {
  addDomain,
  changeDomain,
  removeDomain,
  addAccount,
  changeAccount,
  removeAccount,
  putAlias,
  removeAlias,
};

interface AccountColumns {
  id: number;
  local_part: string;
  domain: string;
  name: string;
  is_enabled: number;
  created_at: number;
  quota_bytes: number | null;
  quota_messages: number | null;
  quota_warned: number;
  last_sign_in_at: number | null;
  credentials: string;
  pop3: string | null;
  kind: AccountRow['kind'];
  addresses: string;
  forwarding: string | null;
  delivery: string | null;
  requires_app_password: number;
}

interface DomainColumns {
  name: string;
  created_at: number;
  alias_of: string | null;
  catch_all: string;
  quota_bytes: number | null;
}

interface AliasColumns {
  address_key: string;
  local_part: string;
  domain: string;
  targets: string;
  is_enabled: number;
  expires_at: number | null;
  delivery: string | null;
  posting_rules: string | null;
}

export class SqliteDirectoryRows implements DirectoryRows {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  listDomains(): Promise<readonly Domain[]> {
    return Promise.resolve(
      this.#connection.all<DomainColumns>('SELECT * FROM domain ORDER BY name').map(toDomain),
    );
  }

  listAccounts(): Promise<readonly AccountRow[]> {
    return Promise.resolve(
      this.#connection
        .all<AccountColumns>('SELECT * FROM account ORDER BY domain, local_part')
        .map(toAccount),
    );
  }

  listAliases(): Promise<readonly AliasRow[]> {
    return Promise.resolve(
      this.#connection.all<AliasColumns>('SELECT * FROM alias ORDER BY domain, local_part').map(toAlias),
    );
  }

  addDomain(domain: Pick<Domain, 'name' | 'createdAt'>): Promise<void> {
    return this.#writer.run('addDomain', domain);
  }

  changeDomain(name: string, change: Partial<DomainSettings>): Promise<void> {
    return this.#writer.run('changeDomain', { name, change });
  }

  removeDomain(name: string): Promise<void> {
    return this.#writer.run('removeDomain', name);
  }

  addAccount(account: NewAccountRow): Promise<AccountId> {
    return this.#writer.run('addAccount', account);
  }

  changeAccount(id: AccountId, change: ChangeArguments['change']): Promise<void> {
    return this.#writer.run('changeAccount', { id, change });
  }

  removeAccount(id: AccountId): Promise<void> {
    return this.#writer.run('removeAccount', id);
  }

  putAlias(alias: AliasRow): Promise<void> {
    return this.#writer.run('putAlias', alias);
  }

  removeAlias(addressKey: string): Promise<void> {
    return this.#writer.run('removeAlias', addressKey);
  }
}

function toDomain(row: DomainColumns): Domain {
  return {
    name: row.name,
    createdAt: row.created_at,
    aliasOf: row.alias_of,
    catchAll: JSON.parse(row.catch_all) as string[],
    quotaBytes: row.quota_bytes,
  };
}

function toAlias(row: AliasColumns): AliasRow {
  return {
    addressKey: row.address_key,
    localPart: row.local_part,
    domain: row.domain,
    address: `${row.local_part}@${row.domain}`,
    targets: JSON.parse(row.targets) as string[],
    isEnabled: row.is_enabled === 1,
    expiresAt: row.expires_at,
    delivery: row.delivery === null ? null : (JSON.parse(row.delivery) as HandOverMethod),
    group: row.posting_rules === null ? null : (JSON.parse(row.posting_rules) as GroupRules),
  };
}

function toAccount(row: AccountColumns): AccountRow {
  return {
    id: row.id,
    localPart: row.local_part,
    domain: row.domain,
    address: `${row.local_part}@${row.domain}`,
    name: row.name,
    kind: row.kind,
    isEnabled: row.is_enabled === 1,
    createdAt: row.created_at,
    quotaBytes: row.quota_bytes,
    quotaMessages: row.quota_messages,
    quotaWarned: row.quota_warned,
    lastSignInAt: row.last_sign_in_at,
    pop3: readPop3Settings(row.pop3),
    addresses: JSON.parse(row.addresses) as string[],
    forwarding: row.forwarding === null ? null : (JSON.parse(row.forwarding) as Forwarding),
    delivery: row.delivery === null ? MAILSTORE : (JSON.parse(row.delivery) as DeliveryMethod),
    requiresAppPassword: row.requires_app_password === 1,
    credentials: JSON.parse(row.credentials) as StoredCredentials | null,
  };
}

/** Settings that came later than the row have their default. */
function readPop3Settings(text: string | null): Pop3Settings {
  if (text === null) return DEFAULT_POP3_SETTINGS;
  return { ...DEFAULT_POP3_SETTINGS, ...(JSON.parse(text) as Partial<Pop3Settings>) };
}
