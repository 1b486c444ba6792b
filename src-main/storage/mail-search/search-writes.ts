/** Writes of what is made of contents in the background: blocks of the search index, summaries. */
import type { Connection } from '../connection.ts';
import type { Write } from '../transaction.ts';
import { SLICE_OCTETS, SLICES } from './gram-block.ts';
import type { ContentSummary } from './content-summary.ts';
import type { FullBlock } from './gram-index.ts';

/** Adds a block; doing it twice changes nothing. */
const addSearchBlock: Write<FullBlock, void> = ({ connection }, { number, contentIds, bits }) => {
  connection.run(
    'INSERT OR REPLACE INTO search_block (number, content_ids) VALUES (?, ?)',
    number,
    new Uint8Array(contentIds.buffer, contentIds.byteOffset, contentIds.byteLength),
  );
  for (let slice = 0; slice < SLICES; slice++) {
    const octets = bits.subarray(slice * SLICE_OCTETS, (slice + 1) * SLICE_OCTETS);
    connection.run(
      'INSERT OR REPLACE INTO search_slice (id, bits) VALUES (?, ?)',
      number * SLICES + slice,
      octets,
    );
  }
};

/** Of contents that have left meanwhile none is kept. */
const addSummaries: Write<readonly ContentSummary[], void> = ({ connection }, summaries) => {
  for (const { contentId, envelope, structure, fields, sorted, searched } of summaries) {
    const { changes } = connection.run(
      `INSERT OR REPLACE INTO content_summary (content_id, envelope, structure, fields)
         SELECT id, ?, ?, ? FROM content WHERE id = ?`,
      envelope,
      structure,
      fields,
      contentId,
    );
    if (changes === 0) continue;
    connection.run(
      'INSERT OR REPLACE INTO content_facts (content_id, sorted, searched) VALUES (?, ?, ?)',
      contentId,
      sorted,
      searched,
    );
  }
};

/** Forgets what was made of a content: it has left, or has to be looked at again. */
export function forgetSummary(connection: Connection, contentId: number): void {
  connection.run('DELETE FROM content_summary WHERE content_id = ?', contentId);
  connection.run('DELETE FROM content_facts WHERE content_id = ?', contentId);
}

export const searchWrites = { addSearchBlock, addSummaries };
