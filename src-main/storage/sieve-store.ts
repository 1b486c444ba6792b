/** Rows of Sieve scripts. */
import { Emitter } from '../base/emitter.ts';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { isScriptName, MAX_SCRIPTS } from '../mail/delivery/sieve/port.ts';
import type {
  ScriptError,
  ScriptOwner,
  ScriptSummary,
  ScriptUse,
  SieveScriptStore,
  StoredScript,
} from '../mail/delivery/sieve/port.ts';
import type { Connection } from './connection.ts';
import type { Transaction, Write } from './transaction.ts';
import type { Writer } from './writer.ts';

type Outcome = Result<void, ScriptError>;

interface ScriptKey {
  readonly owner: ScriptOwner;
  readonly name: string;
}

const OF_OWNER = 'ifnull(account_id, 0) = ?';

const putScript: Write<ScriptKey & { text: string }, Outcome> = (transaction, script) => {
  const { connection, now } = transaction;
  const { owner, name, text } = script;
  const size = Buffer.byteLength(text);
  if (findUse(transaction, script) !== undefined) {
    connection.run(
      `UPDATE sieve_script SET text = seal(?, ifnull(account_id, 0), 'sieve', ifnull(account_id, 0)), size_octets = ?, changed_at = ? WHERE ${OF_OWNER} AND name = ?`,
      text,
      size,
      now,
      ownerId(owner),
      name,
    );
    return ok(undefined);
  }
  if (countScripts(connection, owner) >= MAX_SCRIPTS) return err('tooMany');
  connection.run(
    `INSERT INTO sieve_script (account_id, name, text, size_octets, changed_at)
       VALUES (?1, ?2, seal(?3, ifnull(?1, 0), 'sieve', ifnull(?1, 0)), ?4, ?5)`,
    owner === 'office' ? null : owner,
    name,
    text,
    size,
    now,
  );
  return ok(undefined);
};

const removeScript: Write<ScriptKey, Outcome> = (transaction, script) => {
  const use = findUse(transaction, script);
  if (use === undefined) return err('noSuchScript');
  if (use !== null) return err('isActive');
  const { connection } = transaction;
  connection.run(
    `DELETE FROM sieve_script WHERE ${OF_OWNER} AND name = ?`,
    ownerId(script.owner),
    script.name,
  );
  return ok(undefined);
};

const renameScript: Write<ScriptKey & { to: string }, Outcome> = (transaction, script) => {
  const { owner, name, to } = script;
  if (findUse(transaction, script) === undefined) return err('noSuchScript');
  if (findUse(transaction, { owner, name: to }) !== undefined) return err('alreadyExists');
  const { connection } = transaction;
  connection.run(`UPDATE sieve_script SET name = ? WHERE ${OF_OWNER} AND name = ?`, to, ownerId(owner), name);
  return ok(undefined);
};

const setScriptUse: Write<ScriptKey & { use: ScriptUse | null }, Outcome> = (transaction, script) => {
  if (findUse(transaction, script) === undefined) return err('noSuchScript');
  const { connection } = transaction;
  const owner = ownerId(script.owner);
  if (script.use === 'active') connection.run(`UPDATE sieve_script SET use = NULL WHERE ${OF_OWNER}`, owner);
  connection.run(
    `UPDATE sieve_script SET use = ? WHERE ${OF_OWNER} AND name = ?`,
    script.use,
    owner,
    script.name,
  );
  return ok(undefined);
};

export const sieveWrites = { putScript, removeScript, renameScript, setScriptUse };

/** undefined: there is no such script. */
function findUse({ connection }: Transaction, { owner, name }: ScriptKey): ScriptUse | null | undefined {
  return connection.get<{ use: ScriptUse | null }>(
    `SELECT use FROM sieve_script WHERE ${OF_OWNER} AND name = ?`,
    ownerId(owner),
    name,
  )?.use;
}

function countScripts(connection: Connection, owner: ScriptOwner): number {
  const sql = `SELECT count(*) AS count FROM sieve_script WHERE ${OF_OWNER}`;
  return connection.get<{ count: number }>(sql, ownerId(owner))?.count ?? 0;
}

/** Accounts count from 1. */
function ownerId(owner: ScriptOwner): number {
  return owner === 'office' ? 0 : owner;
}

const CLEAR_TEXT = "unseal(text, 'sieve', ifnull(account_id, 0)) AS text";
const SUMMARY_COLUMNS = 'name, size_octets AS sizeOctets, use, changed_at AS changedAt';

export class SqliteScriptStore implements SieveScriptStore {
  readonly #writer: Writer;
  readonly #connection: Connection;
  readonly #changed = new Emitter<ScriptOwner>();

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  list(owner: ScriptOwner): Promise<readonly ScriptSummary[]> {
    const sql = `SELECT ${SUMMARY_COLUMNS} FROM sieve_script WHERE ${OF_OWNER} ORDER BY name`;
    return Promise.resolve(this.#connection.all<ScriptSummary>(sql, ownerId(owner)));
  }

  read(owner: ScriptOwner, name: string): Promise<StoredScript | null> {
    const sql = `SELECT ${SUMMARY_COLUMNS}, ${CLEAR_TEXT} FROM sieve_script WHERE ${OF_OWNER} AND name = ?`;
    return Promise.resolve(this.#connection.get<StoredScript>(sql, ownerId(owner), name) ?? null);
  }

  inUse(owner: ScriptOwner, use: ScriptUse): Promise<readonly StoredScript[]> {
    const sql = `SELECT ${SUMMARY_COLUMNS}, ${CLEAR_TEXT} FROM sieve_script WHERE ${OF_OWNER} AND use = ? ORDER BY name`;
    return Promise.resolve(this.#connection.all<StoredScript>(sql, ownerId(owner), use));
  }

  async put(owner: ScriptOwner, { name, text }: { name: string; text: string }): Promise<Outcome> {
    if (!isScriptName(name)) return err('invalidName');
    return this.#told(owner, await this.#writer.run('putScript', { owner, name, text }));
  }

  async remove(owner: ScriptOwner, name: string): Promise<Outcome> {
    return this.#told(owner, await this.#writer.run('removeScript', { owner, name }));
  }

  async rename(owner: ScriptOwner, from: string, to: string): Promise<Outcome> {
    if (!isScriptName(to))
      return err((await this.read(owner, from)) === null ? 'noSuchScript' : 'invalidName');
    return this.#told(owner, await this.#writer.run('renameScript', { owner, name: from, to }));
  }

  async setUse(owner: ScriptOwner, name: string, use: ScriptUse | null): Promise<Outcome> {
    return this.#told(owner, await this.#writer.run('setScriptUse', { owner, name, use }));
  }

  #told(owner: ScriptOwner, outcome: Outcome): Outcome {
    if (outcome.ok) this.#changed.emit(owner);
    return outcome;
  }
}
