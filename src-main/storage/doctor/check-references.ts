/**
 * Checks how many hold each content. Invariants: what nobody holds is kept in the lost-and-found folder before it leaves
 * the store: it may be somebody's message whose mailbox was damaged.
 */
import { readOctets } from '../sealing/content-file.ts';
import { forgetSummary } from '../mail-search/search-writes.ts';
import type { Examination } from './findings.ts';

interface CountRow {
  id: number;
  reference_count: number;
  held: number;
  file_name: string | null;
}

export function checkReferences(examination: Examination): void {
  const rows = examination.connection.all<CountRow>(`
    WITH holder AS (
      SELECT content_id, count(*) AS held FROM (
        SELECT content_id FROM message UNION ALL SELECT content_id FROM queue_entry
        UNION ALL SELECT content_id FROM quarantine
      ) GROUP BY content_id
    )
    SELECT content.id, content.reference_count, coalesce(holder.held, 0) AS held, content.file_name
      FROM content LEFT JOIN holder ON holder.content_id = content.id
     WHERE content.reference_count <> coalesce(holder.held, 0)`);
  for (const row of rows) {
    if (row.held === 0) letGo(examination, row);
    else recount(examination, row);
  }
}

function recount({ connection, isRepairing, found }: Examination, row: CountRow): void {
  const text = `content ${row.id} counts ${row.reference_count} holders and has ${row.held}`;
  found({ check: 'references', text, remedy: 'the count is set right' });
  if (isRepairing) connection.run('UPDATE content SET reference_count = ? WHERE id = ?', row.held, row.id);
}

/** In the clear: without its row nothing could open it. Null where the octets are gone, or cannot be opened. */
function readLeft(examination: Examination, { id }: CountRow): Uint8Array | null {
  try {
    return readOctets(examination, id);
  } catch (error) {
    examination.found({
      check: 'content',
      text: `content ${id} cannot be read: ${String(error)}`,
      remedy: null,
    });
    return null;
  }
}

function letGo(examination: Examination, row: CountRow): void {
  const { connection, isRepairing, found, keep } = examination;
  const name = `content-${row.id}.eml`;
  found({
    check: 'references',
    text: `nobody holds content ${row.id}`,
    remedy: `it moves to lost-and-found/${name}`,
  });
  if (!isRepairing) return;
  const octets = readLeft(examination, row);
  if (octets !== null) keep(name, { octets });
  connection.run('DELETE FROM content WHERE id = ?', row.id);
  connection.run('DELETE FROM content_body WHERE content_id = ?', row.id);
  forgetSummary(connection, row.id);
}
