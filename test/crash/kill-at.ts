/**
 * Loaded into a service before its own code (`node --import`), in every thread of it: kills the process at a named point.
 *
 * The points are seen from outside, in what the program says to its database driver and to the file system, so that the program that is
 * shipped has no hooks: a statement that begins with some words, a file that gets its name; before or after it, the first time or
 * the hundredth.
 */
import { spawn } from 'node:child_process';
import files from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

export interface KillPoint {
  /**
   * The statement begins with it, or contains it where it begins with an ellipsis. Of `backup` (a copy of the database), and `rename` with
   * the name that a file gets, it is the words before what they are about.
   */
  readonly statement: string;
  readonly when: 'before' | 'during' | 'after';
  /** Counted from 1, in each thread. */
  readonly count: number;
}

const KILL_POINT_VARIABLE = 'POSTROOM_KILL_POINT';

/** The environment of a service that is to be killed there. */
export function killingAt(point: KillPoint): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import ${import.meta.filename}`, [KILL_POINT_VARIABLE]: JSON.stringify(point) };
}

type Call = (this: unknown, ...values: unknown[]) => unknown;
interface Driver {
  readonly prototype: {
    exec: Call;
    backup: Call;
    prepare: (this: unknown, sql: string) => Record<'run', Call>;
  };
}

const text = process.env[KILL_POINT_VARIABLE];
if (text !== undefined) install(JSON.parse(text) as KillPoint);

function install({ statement, when, count }: KillPoint): void {
  const { prototype } = createRequire(import.meta.url)('better-sqlite3') as Driver;
  let left = count;
  const isAt = (sql: string) => {
    const isIt = statement.startsWith('…') ? sql.includes(statement.slice(1)) : sql.startsWith(statement);
    return isIt && --left === 0;
  };
  const watched = (sql: string, call: () => unknown) => {
    const dies = isAt(sql);
    if (dies && when === 'before') process.kill(process.pid, 'SIGKILL');
    // This thread is busy with the statement, so somebody else has to.
    if (dies && when === 'during') spawn('kill', ['-KILL', String(process.pid)]);
    const answer = call();
    if (dies) process.kill(process.pid, 'SIGKILL');
    return answer;
  };
  const { exec, prepare, backup } = prototype;
  prototype.exec = function (this: unknown, ...values) {
    return watched(String(values[0]), () => exec.apply(this, values));
  };
  prototype.backup = function (this: unknown, ...values) {
    return watched('backup', () => backup.apply(this, values));
  };
  prototype.prepare = function (this: unknown, sql) {
    const prepared = prepare.call(this, sql);
    const { run } = prepared;
    prepared.run = (...values) => watched(sql, () => run.apply(prepared, values));
    return prepared;
  };
  const { renameSync } = files;
  const { rename } = files.promises;
  files.renameSync = (from, to) => {
    watched(`rename ${String(to)}`, () => renameSync(from, to));
  };
  files.promises.rename = async (from, to) => {
    // What follows a rename that is awaited comes after this.
    await (watched(`rename ${String(to)}`, () => rename(from, to)) as Promise<void>);
  };
  syncBuiltinESMExports();
}
