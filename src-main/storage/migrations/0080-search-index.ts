/**
 * The index that spares searches most of the reading (mail-search/gram-block.ts): blocks of 1,024 contents. Existing mail is
 * read into it in the background after the start.
 */
import type { Connection } from '../connection.ts';

export function addSearchIndex(connection: Connection): void {
  connection.execute(`
    CREATE TABLE search_block (
      number INTEGER PRIMARY KEY,
      content_ids BLOB NOT NULL
    ) STRICT;

    CREATE TABLE search_slice (
      id INTEGER PRIMARY KEY,
      bits BLOB NOT NULL
    ) STRICT;
  `);
}
