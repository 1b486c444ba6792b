/** The load client as a process of its own, so that what it costs is not the server's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadResult } from './smtp-load.ts';

const LOAD_CLIENT = fileURLToPath(new URL('./smtp-load.ts', import.meta.url));

/** `values` are the options of smtp-load.ts by their names. */
export async function runLoadClient(values: Readonly<Record<string, string | number>>): Promise<LoadResult> {
  const args = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [LOAD_CLIENT, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as LoadResult;
}
