/** Writes of annotations (RFC 5464 §4.3). */
import { err, ok, type Result } from '../../base/result.ts';
import { MAX_METADATA_ENTRIES, PRIVATE_PREFIX } from '../../mail/mailstore/metadata/port.ts';
import type { MetadataError, MetadataPlace, MetadataWrite } from '../../mail/mailstore/metadata/port.ts';
import type { MailboxId } from '../../mail/mailstore/port.ts';
import type { Transaction, Write } from '../transaction.ts';
import { openCounts, saveCounts } from './mailbox-counts.ts';

/** The server as a mailbox id; ids begin with 1. */
const SERVER = 0;
/** What is shared as an account id. */
export const SHARED = 0;

export function placeId(place: MetadataPlace): number {
  return place === 'server' ? SERVER : place;
}

const setMetadata: Write<{ place: MetadataPlace; write: MetadataWrite }, Result<void, MetadataError>> = (
  transaction,
  { place, write },
) => {
  const counts = place === 'server' ? null : openCounts(transaction, place);
  if (counts === undefined) return err('noSuchMailbox');
  if (hasTooMany(transaction, place, write)) return err('tooMany');
  const names = write.values
    .filter(({ name, value }) => {
      const owner = name.startsWith(PRIVATE_PREFIX) ? write.writer : SHARED;
      return value === null
        ? remove(transaction, { place, owner, name })
        : put(transaction, { place, owner, name }, value);
    })
    .map(({ name }) => name);
  if (names.length === 0) return ok(undefined);
  if (counts !== null) {
    // RFC 7162 §3.2
    counts.highestModSeq++;
    saveCounts(transaction, counts);
  }
  const { writer, origin } = write;
  transaction.changes.push({ kind: 'metadata', place, writer, origin, names });
  return ok(undefined);
};

interface Annotation {
  readonly place: MetadataPlace;
  readonly owner: number;
  readonly name: string;
}

/** Answers whether something was there to be removed. */
function remove({ connection }: Transaction, { place, owner, name }: Annotation): boolean {
  const sql = 'DELETE FROM metadata WHERE mailbox_id = ? AND account_id = ? AND name = ?';
  return connection.run(sql, placeId(place), owner, name).changes > 0;
}

/** Answers whether the value was another one. */
function put({ connection }: Transaction, { place, owner, name }: Annotation, value: Uint8Array): boolean {
  const sql = `INSERT INTO metadata (mailbox_id, account_id, name, value)
      VALUES (?1, ?2, ?3, seal(?4, ?2, 'metadata', ?3))
    ON CONFLICT DO UPDATE SET value = excluded.value WHERE unseal(value, 'metadata', name) <> ?4`;
  return connection.run(sql, placeId(place), owner, name, value).changes > 0;
}

/** Whether there would be too many, of what is shared or of the writer's own; asked before anything is changed. */
function hasTooMany(
  { connection }: Transaction,
  place: MetadataPlace,
  { writer, values }: MetadataWrite,
): boolean {
  const names = (owner: number): Set<string> => {
    const sql = 'SELECT name FROM metadata WHERE mailbox_id = ? AND account_id = ?';
    return new Set(connection.all<{ name: string }>(sql, placeId(place), owner).map(({ name }) => name));
  };
  const [shared, own] = [names(SHARED), names(writer)];
  for (const { name, value } of values) {
    const set = name.startsWith(PRIVATE_PREFIX) ? own : shared;
    if (value === null) set.delete(name);
    else set.add(name);
  }
  return shared.size > MAX_METADATA_ENTRIES || own.size > MAX_METADATA_ENTRIES;
}

/** The mailbox is deleted (RFC 5464 §4.1). */
export function dropMetadata({ connection }: Transaction, id: MailboxId): void {
  connection.run('DELETE FROM metadata WHERE mailbox_id = ?', id);
}

/** RFC 5464 §4.1: INBOX keeps its annotations, and the mailbox that it was renamed to has them too. */
export function copyMetadata({ connection }: Transaction, from: MailboxId, to: MailboxId): void {
  connection.run(
    `INSERT INTO metadata (mailbox_id, account_id, name, value)
     SELECT ?, account_id, name, value FROM metadata WHERE mailbox_id = ?`,
    to,
    from,
  );
}

export const metadataWrites = { setMetadata };
