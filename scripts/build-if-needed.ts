/** Builds the program and the page when there is no build, or when a source file is newer than it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run-step.ts';

export const PROJECT_FOLDER = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src-main', 'src-renderer', 'package.json', 'electron.vite.config.ts'];
const PRODUCTS = ['out/main/service.js', 'out/renderer/index.html'];

/** Standard output stays clean: whoever starts us may read it. */
export async function buildIfNeeded(): Promise<void> {
  if (isBuilt()) return;
  console.error('postroom: building…');
  const code = await run('electron-vite', ['build', '--logLevel', 'warn'], { output: 'standardError' });
  if (code !== 0) throw new Error(`the build failed (exit ${code})`);
}

function isBuilt(): boolean {
  const products = PRODUCTS.map((path) => join(PROJECT_FOLDER, path));
  if (!products.every((path) => existsSync(path))) return false;
  const builtAt = Math.min(...products.map((path) => statSync(path).mtimeMs));
  return SOURCES.every((source) => newestTime(join(PROJECT_FOLDER, source)) <= builtAt);
}

function newestTime(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestTime(join(path, name))));
}
