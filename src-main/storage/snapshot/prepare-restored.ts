/**
 * What is changed in a database that comes out of a backup before anybody opens it.
 *
 * UIDVALIDITY: UIDs that were given out after the backup are given out again, to other messages; a client that has them would show one
 * message for another, and what was expunged since is back. RFC 9051 §2.3.1.1: where unique identifiers fail to persist, UIDVALIDITY must be
 * greater than before. Raising UIDNEXT instead would keep the clients' copies, but not tell them of what came back or of flags that are older
 * than they know (their MODSEQs are ahead). It is raised above the time now, in seconds, which with a day's margin is
 * above all that was ever given; and differs between mailboxes, since one may later be renamed to where another was.
 * Queue: what waited then may have been delivered or relayed since; all of it is held, and somebody decides.
 * Keys: the root key is wrapped by a new master key, or by the one that the data folder's key place has.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { Connection } from '../connection.ts';
import { KEY_OCTETS } from '../sealing/codec.ts';
import { KeyFile, type KeyPlace } from '../sealing/key-place.ts';
import { plainProtection } from '../sealing/key-protections.ts';
import { wrapRootKey } from '../sealing/root-key.ts';

/** `held_by` of what was in the queue: no rule has this name. */
export const HELD_AFTER_RESTORE = '(restored)';

/** Versions that brought the columns (migrations/). */
const HAS_HELD_BY = 40;
const HAS_SEALING = 320;

export interface RestoredOptions {
  /** The folder that was read out of a backup; it will become `dataFolder`. */
  readonly folder: string;
  readonly dataFolder: string;
  /** null: the database has none. */
  readonly rootKey: Uint8Array | null;
  /** Where the key lies from then on; null: in the data folder. */
  readonly keyPlace: KeyPlace | null;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

export async function prepareRestored(options: RestoredOptions): Promise<void> {
  const { rootKey } = options;
  const masterKey = rootKey === null ? null : await findMasterKey(options);
  const connection = new Connection(join(options.folder, 'postroom.db'), { readonly: false });
  try {
    const version = Number(connection.pragma('user_version'));
    connection.execute('BEGIN IMMEDIATE');
    raiseUidValidity(connection, Math.floor(options.now / 1000));
    if (version >= HAS_HELD_BY)
      connection.run(
        "UPDATE queue_recipient SET state = 'held', held_by = ? WHERE state <> 'held'",
        HELD_AFTER_RESTORE,
      );
    if (version >= HAS_SEALING && rootKey !== null && masterKey !== null)
      connection.run('UPDATE sealing SET root_key = ?', wrapRootKey(rootKey, masterKey));
    connection.execute('COMMIT');
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    connection.close();
  }
}

/** The counter runs ahead of the clock while many mailboxes are made at once; by no more than this. */
const MARGIN_SECONDS = 24 * 60 * 60;

function raiseUidValidity(connection: Connection, nowSeconds: number): void {
  const { last, most } = connection.get<{ last: number; most: number }>(
    `SELECT (SELECT ifnull(max(uid_validity), 0) FROM mailbox) AS last, (SELECT ifnull(max(id), 0) FROM mailbox) AS most`,
  ) ?? { last: 0, most: 0 };
  const base = Math.max(nowSeconds, last) + MARGIN_SECONDS;
  connection.run('UPDATE mailbox SET uid_validity = ? + id', base);
  connection.run(
    "INSERT OR REPLACE INTO setting (name, value) VALUES ('lastUidValidity', ?)",
    String(base + most),
  );
}

/** A key outside the data folder stays; one within is made anew, and comes to lie there with the data. */
async function findMasterKey({ folder, dataFolder, keyPlace }: RestoredOptions): Promise<Uint8Array> {
  const isInside = keyPlace === null || dirname(resolve(keyPlace.path)) === resolve(dataFolder);
  const place = isInside ? new KeyFile(join(folder, 'postroom.key'), plainProtection) : keyPlace;
  const known = isInside ? undefined : (await place.read())?.[0];
  if (known !== undefined) return known;
  const masterKey = randomBytes(KEY_OCTETS);
  await place.write([masterKey]);
  return masterKey;
}
