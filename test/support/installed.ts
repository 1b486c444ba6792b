/** Whether the programs of others are there: in CI a missing one is a failure, elsewhere its tests are left out. */
import { spawnSync } from 'node:child_process';

const isCi = process.env['CI'] === 'true';

/** `program`: a name on the path, or a file. */
export function isInstalled(program: string): boolean {
  return isCi || spawnSync('which', [program]).status === 0;
}

/** A server that needs root to run. */
export function mayRunServer(program: string): boolean {
  return isCi || (process.getuid?.() === 0 && isInstalled(program));
}
