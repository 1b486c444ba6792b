/** The Node that comes with this program: for machines without one, and for the service beside the desktop app. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';

/** An optional dependency brings it, or the package has it in `bin`; null: none came for this system. */
export function findOwnNode(): string | null {
  const places = [dependency(), fileURLToPath(new URL('../../bin', import.meta.url))];
  const paths = places.flatMap((folder) => (folder === null ? [] : [join(folder, PROGRAM)]));
  return paths.find((path) => existsSync(path)) ?? null;
}

function dependency(): string | null {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin');
  } catch {
    return null;
  }
}
