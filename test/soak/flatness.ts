/** Whether a series of samples is flat: its slope by least squares, and how sure that is. */

export interface Flatness {
  readonly mean: number;
  /** By how much the fitted line rises from the first sample to the last, as a share of the mean. */
  readonly rise: number;
  /** Of `rise`, at 95 %. */
  readonly uncertainty: number;
  readonly isFlat: boolean;
}

/** For large samples; with sixty the error is 2 %. */
const DEVIATIONS = 1.96;

/** Flat: it rises by less than `tolerance` of its mean, or not certainly at all. Falling is flat. */
export function flatnessOf(samples: readonly number[], tolerance: number): Flatness {
  const count = samples.length;
  const mean = samples.reduce((sum, value) => sum + value, 0) / count;
  const middle = (count - 1) / 2;
  const spread = samples.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = samples.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0) / spread;
  const errors = samples.reduce((sum, value, at) => sum + (value - mean - slope * (at - middle)) ** 2, 0);
  const slopeError = Math.sqrt(errors / Math.max(1, count - 2) / spread);
  const [rise, uncertainty] = [slope, slopeError * DEVIATIONS].map((each) => (each * (count - 1)) / mean) as [
    number,
    number,
  ];
  return { mean, rise, uncertainty, isFlat: rise <= tolerance || rise <= uncertainty };
}
