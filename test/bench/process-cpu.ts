/** CPU time that processes have used, user and system, all threads. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;
/** Positions in /proc/PID/stat behind the command's name. */
const PARENT = 1;
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const ENDED_CHILDREN_USER_TIME = 13;
const ENDED_CHILDREN_SYSTEM_TIME = 14;

/** Seconds of one process. */
export function cpuSeconds(processId: number): number {
  return sum(readStat(processId), [USER_TIME, SYSTEM_TIME]);
}

/** Seconds of a process and its children, those that have ended too. */
export function cpuSecondsOfTree(processId: number): number {
  const all = [USER_TIME, SYSTEM_TIME, ENDED_CHILDREN_USER_TIME, ENDED_CHILDREN_SYSTEM_TIME];
  return childrenOf(processId).reduce(
    (total, child) => total + cpuSeconds(child),
    sum(readStat(processId), all),
  );
}

export function childrenOf(processId: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((id) => Number(readStat(id)[PARENT]) === processId);
}

/** The fields behind the command's name; none where the process has ended. */
function readStat(processId: number): string[] {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The command's name, in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function sum(fields: readonly string[], positions: readonly number[]): number {
  return positions.reduce((total, position) => total + Number(fields[position] ?? 0), 0) / TICKS_PER_SECOND;
}
