/** A content's file read at once, for threads that have nothing else to do. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../connection.ts';
import { fileKey, SealedRange } from './content-cipher.ts';

export interface StoredFile {
  readonly contentFolder: string;
  readonly contentId: number;
  readonly fileName: string;
  /** As in the content's row. */
  readonly data_key: Uint8Array | null;
}

export function readContentFile(
  { keyring }: Connection,
  { contentFolder, contentId, fileName, data_key }: StoredFile,
  range: { readonly start: number; readonly end: number },
): Uint8Array {
  const file = openSync(join(contentFolder, fileName), 'r');
  const read = (start: number, end: number): Uint8Array => {
    const octets = Buffer.alloc(Math.max(0, Math.min(end, fstatSync(file).size) - start));
    return octets.subarray(0, readSync(file, octets, 0, octets.length, start));
  };
  try {
    if (data_key === null) return read(range.start, range.end);
    const sealed = new SealedRange(range, fstatSync(file).size);
    return sealed.open(
      read(sealed.start, sealed.end),
      fileKey(keyring.openDataKey(data_key, contentId), fileName),
    );
  } finally {
    closeSync(file);
  }
}

/** All octets of a content in the clear; null where they are gone. */
export function readOctets(
  place: { readonly connection: Connection; readonly contentFolder: string },
  contentId: number,
): Uint8Array | null {
  const row = place.connection.get<{
    octets: Uint8Array | null;
    file_name: string | null;
    data_key: Uint8Array | null;
    size_bytes: number;
  }>(
    `SELECT unseal_content(body.octets, content.data_key, 'octets', content.id) AS octets, content.file_name,
            content.data_key, content.size_bytes
       FROM content LEFT JOIN content_body AS body ON body.content_id = content.id WHERE content.id = ?`,
    contentId,
  );
  if (row === undefined) return null;
  if (row.file_name === null) return row.octets;
  const file = { ...row, contentFolder: place.contentFolder, contentId, fileName: row.file_name };
  return readContentFile(place.connection, file, { start: 0, end: Number.MAX_SAFE_INTEGER });
}
