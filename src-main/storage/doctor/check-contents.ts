/**
 * Checks that every content is there, whole, and indexed as it is.
 *
 * Invariants: octets that are there are never thrown away; where they are gone a message says so in their place, so that
 * its mailbox stays readable and its UID keeps its meaning; a queued message without octets is held, not sent.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MESSAGE_INDEX, OCTETS } from '../content-store.ts';
import { readOctets } from '../sealing/content-file.ts';
import { openDamaged, salvageFile } from '../sealing/salvage.ts';
import type { Connection } from '../connection.ts';
import { forgetSummary } from '../mail-search/search-writes.ts';
import type { Examination } from './findings.ts';

interface ContentRow {
  id: number;
  size_bytes: number;
  file_name: string | null;
  data_key: Uint8Array | null;
  inline_size: number | null;
  has_body: number;
  is_indexed: number;
}

export function checkContents(examination: Examination): void {
  checkMissing(examination);
  for (const row of listContents(examination)) checkContent(examination, row);
}

const IS_INDEXED = `iif(json_valid(${MESSAGE_INDEX}), json_extract(${MESSAGE_INDEX}, '$.sizeBytes') = content.size_bytes, 0)`;

function listContents({ connection }: Examination): ContentRow[] {
  // What is in order never leaves the database: of large stores only files are looked at one by one.
  return connection.all<ContentRow>(`
    SELECT content.id, content.size_bytes, content.file_name, content.data_key, length(${OCTETS}) AS inline_size,
           body.content_id IS NOT NULL AS has_body, ${IS_INDEXED} AS is_indexed
      FROM content LEFT JOIN content_body AS body ON body.content_id = content.id
     WHERE content.file_name IS NOT NULL OR body.octets IS NULL OR length(${OCTETS}) <> content.size_bytes
        OR NOT coalesce(${IS_INDEXED}, 0)`);
}

function checkContent(examination: Examination, row: ContentRow): void {
  const size = row.file_name === null ? row.inline_size : sizeOfFile(examination, row, row.file_name);
  if (size === null) return replace(examination, row.id, describeMissing(row));
  if (size === 0 && row.size_bytes > 0 && row.data_key !== null)
    return replace(examination, row.id, `nothing of the file of content ${row.id} can be opened`);
  if (size !== row.size_bytes) {
    const text = `content ${row.id} has ${size} octets, its row says ${row.size_bytes}`;
    examination.found({ check: 'content', text, remedy: 'the octets that are there are kept and counted' });
    return reindex(examination, row, size);
  }
  if (row.is_indexed === 1) return;
  const text = `the index of content ${row.id} cannot be read or does not fit it`;
  examination.found({ check: 'index', text, remedy: 'it is made again' });
  reindex(examination, row, size);
}

function describeMissing(row: ContentRow): string {
  return row.file_name === null
    ? `content ${row.id} has no octets`
    : `content ${row.id} has lost its file ${row.file_name}`;
}

/** In the clear; of a sealed file what can be opened, since its size says nothing of what was changed in it. */
function sizeOfFile(examination: Examination, row: ContentRow, fileName: string): number | null {
  const path = join(examination.contentFolder, fileName);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? null;
  if (size === null || row.data_key === null) return size;
  return openDamaged(examination, { contentId: row.id, fileName, dataKey: row.data_key }).length;
}

function reindex(examination: Examination, row: ContentRow, size: number): void {
  const { connection, contentFolder, isRepairing, makeIndex } = examination;
  if (!isRepairing) return;
  const place = { connection, contentFolder };
  const { id: contentId, file_name: fileName, data_key: dataKey } = row;
  const isDamagedFile = fileName !== null && dataKey !== null && size !== row.size_bytes;
  const saved = isDamagedFile ? salvageFile(place, { contentId, fileName, dataKey }) : null;
  const octets = saved ?? readOctets(place, contentId) ?? new Uint8Array(0);
  writeIndex(connection, contentId, { octets, index: JSON.stringify(makeIndex(octets)) });
}

function writeIndex(
  connection: Connection,
  id: number,
  { octets, index }: { octets: Uint8Array; index: string },
): void {
  connection.run('UPDATE content SET size_bytes = ? WHERE id = ?', octets.length, id);
  connection.run(
    `INSERT INTO content_body (content_id, message_index)
       SELECT ?1, seal_content(?2, data_key, 'index', ?1) FROM content WHERE id = ?1
       ON CONFLICT (content_id) DO UPDATE SET message_index = excluded.message_index`,
    id,
    index,
  );
  forgetSummary(connection, id);
}

/** Contents that messages or queue entries name and that are not there at all. */
function checkMissing(examination: Examination): void {
  const missing = examination.connection.all<{ content_id: number }>(`
    SELECT DISTINCT content_id FROM message WHERE content_id NOT IN (SELECT id FROM content)
    UNION SELECT content_id FROM queue_entry WHERE content_id NOT IN (SELECT id FROM content)`);
  for (const { content_id } of missing) replace(examination, content_id, `content ${content_id} is gone`);
}

/** Puts words in the place of octets that are gone. */
function replace(examination: Examination, id: number, text: string): void {
  const { connection, isRepairing, makeIndex, now } = examination;
  const remedy = 'a message that says so stands in its place; what waits in the queue with it is held';
  examination.found({ check: 'content', text, remedy });
  if (!isRepairing) return;
  const octets = Buffer.from(placeholderText(text, now));
  connection.run(
    `INSERT INTO content (id, reference_count, size_bytes, file_name) VALUES (?, 1, ?, NULL)
       ON CONFLICT (id) DO UPDATE SET size_bytes = excluded.size_bytes, file_name = NULL, data_key = NULL`,
    id,
    octets.length,
  );
  connection.run(
    'INSERT OR REPLACE INTO content_body (content_id, message_index, octets) VALUES (?, ?, ?)',
    id,
    JSON.stringify(makeIndex(octets)),
    octets,
  );
  forgetSummary(connection, id);
  connection.run(
    `UPDATE queue_recipient SET state = 'held' WHERE entry_id IN (SELECT id FROM queue_entry WHERE content_id = ?)`,
    id,
  );
}

function placeholderText(reason: string, now: number): string {
  return [
    'From: Postroom <postmaster@localhost>',
    'Subject: The text of this message is lost',
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `The disk has lost the text of the message that was here (${reason}).`,
    'If there is a backup of the data folder, it may still be in there.',
    '',
  ].join('\r\n');
}
