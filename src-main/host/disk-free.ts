/** How much room there is where the data lies. */
import { statfs } from 'node:fs/promises';

/** Octets. */
export async function diskFree(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
