/** Puts a folder's entries on disk: without it a new file's name may be lost in a power cut, though its octets are there. */
import { open } from 'node:fs/promises';

export async function syncFolder(path: string): Promise<void> {
  // Windows has no way to sync a directory, and needs none: NTFS journals the entry with the file's flush.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
