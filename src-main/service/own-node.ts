/**
 * Runs the program with the Node that comes with it, where the one on the machine is too old.
 *
 * Invariants: the child has our arguments, streams and signals; when we are killed it ends at once as well, so that a
 * killed server never lives on unseen.
 */
import { spawn } from 'node:child_process';
import { findOwnNode } from '../host/own-node-path.ts';

/** better-sqlite3 13 crashes on older ones. */
const OLDEST_NODE_MAJOR = 24;
const EXIT_UNUSABLE = 2;

export function isNodeRecentEnough(version: string): boolean {
  return Number.parseInt(version, 10) >= OLDEST_NODE_MAJOR;
}

/** Called by the child, once: ends with the parent that watches over it. */
export function endWithParent(): void {
  if (process.send === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}

export function rerunWithOwnNode(): void {
  const node = findOwnNode();
  if (node === null) {
    console.error(
      `postroom: Node ${OLDEST_NODE_MAJOR} or newer is needed, this is ${process.versions.node}; run npm install, which brings one`,
    );
    process.exitCode = EXIT_UNUSABLE;
    return;
  }
  const child = spawn(node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
    process.exit();
  });
}
