/** Writes of the search index: a full block at a time. */
import type { Write } from '../transaction.ts';
import { SLICE_OCTETS, SLICES } from './gram-block.ts';
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

export const searchWrites = { addSearchBlock };
