#!/usr/bin/env node
/**
 * The service shell's entry: `postroom serve` and `postroom start`, plain Node.
 *
 * Invariants: nothing but Node's own modules is loaded before the version is known to be right: the database driver
 * crashes on an older Node. Nothing reachable from here imports Electron.
 */
import { isNodeRecentEnough, rerunWithOwnNode } from './own-node.ts';

async function main(): Promise<void> {
  if (!isNodeRecentEnough(process.versions.node)) return rerunWithOwnNode();
  const { runCommandLine } = await import('./command-line.ts');
  await runCommandLine(process.argv.slice(2));
}

await main();
