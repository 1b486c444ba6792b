/**
 * The server's own secret: what it signs for itself with (rewritten senders, links in its messages). Made at the first start.
 *
 * Invariants: readable by the service's user alone; never changes, since what was signed with it comes back weeks later.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../base/ids.ts';

const SECRET_OCTETS = 32;

export async function readSecret(folder: string, randomBytes: RandomBytes): Promise<Uint8Array> {
  const path = join(folder, 'postroom.secret');
  const kept = await readFile(path).catch(() => null);
  if (kept !== null && kept.length === SECRET_OCTETS) return kept;
  const secret = randomBytes(SECRET_OCTETS);
  await writeFile(path, secret, { mode: 0o600 });
  return secret;
}
