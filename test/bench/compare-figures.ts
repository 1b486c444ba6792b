/** Figures of benches beside those from before: which ratios have fallen. */
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

export interface Compared extends Figure, Pick<BenchRun, 'at' | 'commit'> {
  /** null: there is none from before. */
  readonly before: number | null;
  /** 1: the same; above: better. */
  readonly change: number | null;
  readonly hasFallen: boolean;
}

/** The newest figure of each name that one kind of machine has, beside the one before it: a run may be of some benches only. */
export function compareFigures(machine: string, runs: readonly BenchRun[]): readonly Compared[] {
  const newest = new Map<string, Compared>();
  for (const { at, commit, figures } of runs.filter((run) => run.machine === machine)) {
    const before = new Map(newest);
    for (const figure of figures)
      newest.set(figure.name, { ...compare(figure, before.get(figure.name)?.value ?? null), at, commit });
  }
  return [...newest.values()];
}

function compare(figure: Figure, before: number | null): Omit<Compared, 'at' | 'commit'> {
  const change = before === null ? null : changeOf(figure, before);
  const hasFallen = figure.isRatio && change !== null && change < 1 - MOST_FALL;
  return { ...figure, before, change, hasFallen };
}

function changeOf({ value, better }: Figure, before: number): number | null {
  const [best, worst] = better === 'more' ? [value, before] : [before, value];
  return worst > 0 ? best / worst : null;
}
