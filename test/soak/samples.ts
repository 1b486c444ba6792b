/** What is looked at every minute of a soak. Linux only. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds } from '../bench/process-cpu.ts';
import { residentOctets } from '../bench/process-memory.ts';

const MEBIBYTE = 2 ** 20;

export interface Sample {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly handles: number;
  /** Database and write-ahead log. */
  readonly databaseMiB: number;
  readonly cpuSeconds: number;
  /** Of the whole machine, over a minute: what else it had to do. */
  readonly machineLoad: number;
  /** Milliseconds, by kind. */
  readonly latencies: Readonly<Record<string, Percentiles>>;
  readonly acknowledged: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** Collects how long things took, and gives them out once a minute. */
export class Latencies {
  #byKind = new Map<string, number[]>();

  add(kind: string, tookMs: number): void {
    const list = this.#byKind.get(kind);
    if (list === undefined) this.#byKind.set(kind, [tookMs]);
    else list.push(tookMs);
  }

  take(): Readonly<Record<string, Percentiles>> {
    const taken = [...this.#byKind].map(([kind, list]) => [kind, percentilesOf(list)] as const);
    this.#byKind = new Map();
    return Object.fromEntries(taken);
  }
}

function percentilesOf(list: readonly number[]): Percentiles {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}

export function takeSample(
  place: { processId: number; data: string; heapFile: string },
  more: Pick<Sample, 'latencies' | 'acknowledged'>,
): Sample {
  return {
    rssMiB: residentOctets(place.processId) / MEBIBYTE,
    heapMiB: Number(readFileSync(place.heapFile, 'utf8')) / MEBIBYTE,
    handles: readdirSync(`/proc/${place.processId}/fd`).length,
    databaseMiB: sizeOf(place.data, ['postroom.db', 'postroom.db-wal']) / MEBIBYTE,
    cpuSeconds: cpuSeconds(place.processId),
    machineLoad: loadavg()[0] ?? 0,
    ...more,
  };
}

function sizeOf(folder: string, names: readonly string[]): number {
  return names.reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
