/** Looks for passwords where none may be: in what a service said, and in all that it wrote. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** As it is typed, and as AUTH PLAIN and LOGIN carry it: base64 of it at each of the three places in a group. */
export function spellingsOf(secret: string): readonly Buffer[] {
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64');
    // The letters that also hold octets of its neighbours are cut.
    const from = Math.ceil((shift * 4) / 3);
    return encoded.slice(from, encoded.length - (encoded.endsWith('=') ? 4 : 0));
  });
  return [secret, ...shifted].map((text) => Buffer.from(text));
}

/** The secrets that a text holds. */
export function secretsIn(text: string | Buffer, secrets: readonly string[]): readonly string[] {
  const octets = typeof text === 'string' ? Buffer.from(text) : text;
  return secrets.filter((secret) => spellingsOf(secret).some((spelling) => octets.includes(spelling)));
}

/** `file: secret` for each secret in a file of the folder. */
export async function secretsInFolder(
  folder: string,
  secrets: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    for (const secret of await secretsInFile(path, secrets)) found.push(`${path}: ${secret}`);
  }
  return found;
}

async function secretsInFile(path: string, secrets: readonly string[]): Promise<ReadonlySet<string>> {
  const longest = Math.max(...secrets.flatMap((secret) => spellingsOf(secret).map(({ length }) => length)));
  const found = new Set<string>();
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([tail, chunk]);
    for (const secret of secretsIn(piece, secrets)) found.add(secret);
    tail = piece.subarray(Math.max(0, piece.length - longest));
  }
  return found;
}
