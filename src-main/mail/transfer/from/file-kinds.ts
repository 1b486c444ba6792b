/** What a file is, by its name and its first octets. */
import { open } from 'node:fs/promises';
import { extname } from 'node:path';

export function isEml(path: string): boolean {
  return extname(path).toLowerCase() === '.eml';
}

export function isMbox(path: string): Promise<boolean> {
  return startsWith(path, 'From ');
}

/** The header of a first entry, or of an archive that has none. */
export async function isZip(path: string): Promise<boolean> {
  return (await startsWith(path, 'PK\x03\x04')) || (await startsWith(path, 'PK\x05\x06'));
}

async function startsWith(path: string, beginning: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(beginning.length), 0, beginning.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === beginning;
  } finally {
    await handle.close();
  }
}
