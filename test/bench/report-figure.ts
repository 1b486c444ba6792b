/** What a bench tells whoever runs all of them (run-all.ts): one figure a line, in the file that POSTROOM_BENCH_FIGURES names. */
import { appendFileSync } from 'node:fs';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /**
   * Whether it can be compared between days: a ratio of two programs, or of two states of ours, in the same run. Others are the
   * machine's mood as well.
   */
  readonly isRatio: boolean;
}

export function reportFigure(figure: Figure): void {
  const file = process.env['POSTROOM_BENCH_FIGURES'];
  if (file !== undefined && Number.isFinite(figure.value))
    appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** How many times better ours is than theirs, or one state of ours than another. */
export function reportRatio(name: string, value: number): void {
  reportFigure({ name, value, unit: '×', better: 'more', isRatio: true });
}
