/** Figures of today beside those of the run before: which ratios have fallen. */
import type { Figure } from './report-figure.ts';

/** A run beside other work differs by less. */
const MOST_FALL = 0.15;

export interface BenchRun {
  /** ISO 8601. */
  readonly at: string;
  readonly commit: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly Figure[];
}

export interface Compared extends Figure {
  /** null: the run before has none. */
  readonly before: number | null;
  /** 1: the same; above: better. */
  readonly change: number | null;
  readonly hasFallen: boolean;
}

/** `before`: the last run on the same kind of machine. */
export function compareFigures(now: readonly Figure[], before: BenchRun | null): readonly Compared[] {
  const earlier = new Map(before?.figures.map((figure) => [figure.name, figure.value]));
  return now.map((figure) => {
    const value = earlier.get(figure.name) ?? null;
    const change = value === null ? null : changeOf(figure, value);
    return {
      ...figure,
      before: value,
      change,
      hasFallen: figure.isRatio && change !== null && change < 1 - MOST_FALL,
    };
  });
}

function changeOf({ value, better }: Figure, before: number): number | null {
  const [best, worst] = better === 'more' ? [value, before] : [before, value];
  return worst > 0 ? best / worst : null;
}

/** The last of the runs whose machine is this one's kind. */
export function lastRunOn(machine: string, runs: readonly BenchRun[]): BenchRun | null {
  return runs.findLast((run) => run.machine === machine) ?? null;
}
