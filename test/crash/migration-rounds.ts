/**
 * Kills the service while it brings a data folder of an older version up to date; then the next start must end the work, with every
 * message as it was, and the copy from before must be whole.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { indexMessage } from '../../src-main/format/message-indexer.ts';
import { Connection } from '../../src-main/storage/connection.ts';
import { migrate, MIGRATIONS } from '../../src-main/storage/migrations/index.ts';
import { letterOf } from '../proof/letters.ts';
import { takeSnapshot } from '../proof/snapshot.ts';
import { createDice, type Dice } from '../support/dice.ts';
import { makeWorkFolder, OFFICE, startOffice } from '../support/service-process.ts';
import { killingAt, type KillPoint } from './kill-at.ts';

const MESSAGES = 400;
const ADDRESS = 'tom@server1.com';
/** What the first schema's successors found in a folder; the filling is of this version. */
const FIRST_VERSION = 10;

/** What the point is, and how often it is passed at most. */
const POINTS: readonly (readonly [statement: string, when: KillPoint['when'], most: number])[] = [
  ['PRAGMA user_version', 'before', MIGRATIONS.length - 2],
  ['PRAGMA user_version', 'after', MIGRATIONS.length - 2],
  ['COMMIT', 'after', MIGRATIONS.length - 2],
  ['VACUUM INTO', 'before', 1],
  ['VACUUM INTO', 'during', 1],
  ['VACUUM INTO', 'after', 1],
];

export interface MigrationReport {
  readonly cuts: number;
  readonly problems: readonly string[];
}

export async function runMigrationRounds(rounds: number, seed = 1): Promise<MigrationReport> {
  const dice = createDice(seed);
  const problems: string[] = [];
  let cuts = 0;
  for (let round = 0; round < rounds; round++) {
    const work = await makeWorkFolder({ ...OFFICE, domains: [] });
    try {
      const version = fillOldFolder(work.data, dice);
      const [statement, when, most] = POINTS[round % POINTS.length] ?? ['COMMIT', 'before', 1];
      const point: KillPoint = { statement, when, count: 1 + dice.below(most) };
      const survivor = await startOffice(work, { env: killingAt(point) }).catch(() => null);
      if (survivor === null) cuts++;
      else await survivor.end();
      await (await startOffice(work)).end();
      const where = `from version ${version}, killed ${when} ${statement} number ${point.count}`;
      problems.push(...(await audit(work.data)).map((problem) => `${where}: ${problem}`));
    } finally {
      await work.remove();
    }
  }
  return { cuts, problems };
}

/** A folder as an older Postroom has left it; answers its version. */
function fillOldFolder(folder: string, dice: Dice): number {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'postroom.db');
  const connection = new Connection(path, { readonly: false });
  migrate(connection, path, MIGRATIONS.slice(0, 1));
  connection.run("INSERT INTO domain VALUES ('server1.com', 0)");
  connection.run(
    `INSERT INTO account (id, local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES (1, 'tom', 'server1.com', ?, 'Tom', 1, 0, '{"scrypt":"","scramSha256":""}')`,
    ADDRESS,
  );
  connection.run("INSERT INTO mailbox (id, account_id, name, uid_validity) VALUES (1, 1, 'INBOX', 7)");
  for (let uid = 1; uid <= MESSAGES; uid++) insertMessage(connection, uid);
  connection.run(
    `UPDATE mailbox SET uid_next = ?1 + 1, highest_mod_seq = ?1 + 1, message_count = ?1, unseen_count = ?1,
      size_bytes = (SELECT sum(size_bytes) FROM message)`,
    MESSAGES,
  );
  const { version = FIRST_VERSION } = dice.pick(MIGRATIONS.slice(0, -1));
  migrate(
    connection,
    path,
    MIGRATIONS.filter((migration) => migration.version <= version),
  );
  connection.close();
  for (const copy of copiesIn(folder)) rmSync(copy);
  return version;
}

function insertMessage(connection: Connection, uid: number): void {
  const octets = Buffer.from(letterOf(`old-${uid}`, [ADDRESS]));
  connection.run('INSERT INTO content VALUES (?, 1, ?, NULL)', uid, octets.length);
  connection.run(
    'INSERT INTO content_body VALUES (?, ?, ?)',
    uid,
    JSON.stringify(indexMessage(octets)),
    octets,
  );
  connection.run(
    `INSERT INTO message (mailbox_id, uid, mod_seq, flags, internal_date, saved_at, size_bytes, content_id, prefix)
      VALUES (1, ?1, ?1 + 1, 0, 0, 0, ?2, ?1, '')`,
    uid,
    octets.length,
  );
}

async function audit(folder: string): Promise<readonly string[]> {
  const snapshot = await takeSnapshot(folder);
  const inbox = snapshot.mailboxes.find(({ account, name }) => account === ADDRESS && name === 'INBOX');
  const ids = inbox?.letters.map(({ id, uid }) => (id === `old-${uid}` ? id : `${id} as UID ${uid}`)) ?? [];
  const isAsBefore =
    ids.length === MESSAGES && inbox?.uidValidity === 7 && ids.every((id) => /^old-\d+$/u.test(id));
  return [
    ...snapshot.problems,
    ...(isAsBefore ? [] : [`INBOX has ${ids.join(' ')}`]),
    ...copiesIn(folder).flatMap((copy) => auditCopy(copy)),
  ];
}

/** Kept from before migrations. */
function copiesIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.includes('before-migration'));
  return names.map((name) => join(folder, name));
}

function auditCopy(path: string): readonly string[] {
  try {
    const connection = new Connection(path, { readonly: true });
    const found = connection.get<{ count: number }>('SELECT count(*) AS count FROM message')?.count ?? 0;
    const check = connection.pragma('integrity_check');
    connection.close();
    return found === MESSAGES && check === 'ok'
      ? []
      : [`${path} has ${found} messages, and is ${String(check)}`];
  } catch (error) {
    return [`${path}: ${String(error)}`];
  }
}
