/**
 * Layout: what an installed server consists of, as a folder: Node, the built program, and what it needs of others' packages. No Electron,
 * nothing to fetch when it is installed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT_FOLDER } from '../build-if-needed.ts';

/** What the program itself is. */
const OWN = [
  'package.json',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'README.md',
  'out/main',
  'out/renderer',
];
/** Sources that the database driver is built from, and drivers of other systems. */
const PRUNED = ['better-sqlite3/deps', 'better-sqlite3/src'];

export function layOut(target: string): void {
  for (const path of OWN) copy(join(PROJECT_FOLDER, path), join(target, path));
  for (const folder of runtimePackages()) copy(folder, join(target, relative(PROJECT_FOLDER, folder)));
  const node = join(PROJECT_FOLDER, 'node_modules', `node-${process.platform}-${process.arch}`);
  copy(join(node, 'bin/node'), join(target, 'bin/node'));
  copy(join(node, 'LICENSE'), join(target, 'bin/LICENSE.node'));
  const packages = join(target, 'node_modules');
  for (const path of PRUNED) rmSync(join(packages, path), { recursive: true });
  const drivers = join(packages, 'better-sqlite3/prebuilds');
  for (const name of readdirSync(drivers))
    if (name !== `${process.platform}-${process.arch}.node`) rmSync(join(drivers, name));
}

/** Folders of packages that the program loads when it runs; those within others come with these. */
function runtimePackages(): readonly string[] {
  const asked = ['ls', '--omit=dev', '--omit=optional', '--all', '--parseable'];
  const { stdout } = spawnSync('npm', asked, { cwd: PROJECT_FOLDER, encoding: 'utf8' });
  const all = stdout.split('\n').filter((path) => path.includes('node_modules'));
  return all.filter((path) => !/node_modules\/node-(?:linux|win|darwin)-/u.test(path));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** The same for every build, so that packages of the same source are the same. */
export function setTimes(folder: string, seconds: number): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(folder, name), seconds, seconds);
  utimesSync(folder, seconds, seconds);
}

/** In KiB, as Debian's control files have it. */
export function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    statSync(join(folder, name)),
  );
  return files.reduce((sum, file) => sum + (file.isFile() ? Math.ceil(file.size / 1024) : 1), 0);
}
