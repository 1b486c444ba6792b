/** Days without a report among those with one, so that a chart's axis is time. */
const DAY_MS = 24 * 60 * 60_000;

export interface DayCounts {
  readonly day: number;
  readonly good: number;
  readonly bad: number;
}

/** `days` in their order. */
export function fillDays(days: readonly DayCounts[]): readonly DayCounts[] {
  const first = days[0]?.day;
  const last = days.at(-1)?.day;
  if (first === undefined || last === undefined) return [];
  const known = new Map(days.map((each) => [each.day, each]));
  const count = Math.round((last - first) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = first + index * DAY_MS;
    return known.get(day) ?? { day, good: 0, bad: 0 };
  });
}
