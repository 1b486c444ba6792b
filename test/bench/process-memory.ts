/** Memory that processes hold. Linux only. */
import { readFileSync } from 'node:fs';
import { childrenOf } from './process-cpu.ts';

const OCTETS_PER_KIBIBYTE = 1024;

/** Octets of a process that are in memory: now (`VmRSS`) or at the most so far (`VmHWM`). */
export function residentOctets(processId: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1] ?? 0) * OCTETS_PER_KIBIBYTE;
}

/** KiB of a process and its children, pages that they share counted once (PSS). */
export function memoryOfTree(processId: number): number {
  return [processId, ...childrenOf(processId)].reduce((sum, each) => sum + proportionalKib(each), 0);
}

function proportionalKib(processId: number): number {
  try {
    const rollup = readFileSync(`/proc/${processId}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/mu.exec(rollup)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
