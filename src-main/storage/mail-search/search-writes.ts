/** Writes of what is made of contents in the background: blocks of the search index, summaries. */
import type { Connection } from '../connection.ts';
import type { Write } from '../transaction.ts';
import { SLICE_OCTETS, SLICES } from './gram-block.ts';
import type { BlockReplacement } from './block-merger.ts';
import type { ContentSummary } from './content-summary.ts';
import type { FullBlock } from './gram-index.ts';

/** Adds a block; doing it twice changes nothing. */
const addSearchBlock: Write<FullBlock, void> = ({ connection }, block) => writeSearchBlock(connection, block);

export function writeSearchBlock(connection: Connection, { number, contentIds, bits }: FullBlock): void {
  connection.run(
    'INSERT OR REPLACE INTO search_block (number, content_ids) VALUES (?, ?)',
    number,
    new Uint8Array(contentIds.buffer, contentIds.byteOffset, contentIds.byteLength),
  );
  for (let slice = 0; slice < SLICES; slice++) {
    const octets = bits.subarray(slice * SLICE_OCTETS, (slice + 1) * SLICE_OCTETS);
    connection.run(
      "INSERT OR REPLACE INTO search_slice (id, bits) VALUES (?1, seal(?2, 0, 'search', ?1))",
      number * SLICES + slice,
      octets,
    );
  }
}

export function removeSearchBlock(connection: Connection, number: number): void {
  connection.run('DELETE FROM search_block WHERE number = ?', number);
  connection.run(
    'DELETE FROM search_slice WHERE id BETWEEN ? AND ?',
    number * SLICES,
    (number + 1) * SLICES - 1,
  );
}

/** Blocks give way to one that covers what is left of them, if anything is (block-merger.ts). */
const replaceSearchBlocks: Write<BlockReplacement, void> = ({ connection }, { numbers, merged }) => {
  for (const number of numbers) removeSearchBlock(connection, number);
  if (merged !== null) writeSearchBlock(connection, merged);
};

/** Of contents that have left meanwhile none is kept. */
const addSummaries: Write<readonly ContentSummary[], void> = ({ connection }, summaries) => {
  for (const summary of summaries) writeSummary(connection, summary);
};

export function writeSummary(connection: Connection, summary: ContentSummary): void {
  const { contentId, envelope, structure, fields, sorted, searched } = summary;
  const { changes } = connection.run(
    `INSERT OR REPLACE INTO content_summary (content_id, envelope, structure, fields)
       SELECT id, seal(?, 0, 'summary envelope', id), seal(?, 0, 'summary structure', id),
              seal(?, 0, 'summary fields', id) FROM content WHERE id = ?`,
    envelope,
    structure,
    fields,
    contentId,
  );
  if (changes === 0) return;
  connection.run(
    `INSERT OR REPLACE INTO content_facts (content_id, sorted, searched)
       VALUES (?1, seal(?2, 0, 'summary sorted', ?1), seal(?3, 0, 'summary searched', ?1))`,
    contentId,
    sorted,
    searched,
  );
}

/** Forgets what was made of a content that has left. */
export function forgetSummary(connection: Connection, contentId: number): void {
  connection.run('DELETE FROM content_summary WHERE content_id = ?', contentId);
  connection.run('DELETE FROM content_facts WHERE content_id = ?', contentId);
}

export const searchWrites = { addSearchBlock, addSummaries, replaceSearchBlocks };
