/**
 * Flow spans: how far back a chart of the overview looks, and how wide its bars are.
 *
 * Invariants: a bar is a whole number of the rows that the store keeps for so long; a chart has at most 120 bars.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rows of one minute tell of the last hour, also after a restart. */
export const FINE_ROW_MS = MINUTE_MS;
export const FINE_ROWS_KEPT_MS = 2 * DAY_MS;
export const COARSE_ROW_MS = 15 * MINUTE_MS;
/** A year and some days, so that a month can be set beside that of the year before: some 40,000 rows at most. */
export const COARSE_ROWS_KEPT_MS = 400 * DAY_MS;

export const FLOW_SPANS = {
  hour: { rowMs: FINE_ROW_MS, barMs: MINUTE_MS, bars: 60 },
  day: { rowMs: COARSE_ROW_MS, barMs: 15 * MINUTE_MS, bars: 96 },
  week: { rowMs: COARSE_ROW_MS, barMs: 2 * HOUR_MS, bars: 84 },
  month: { rowMs: COARSE_ROW_MS, barMs: 6 * HOUR_MS, bars: 120 },
} as const;
export type FlowSpan = keyof typeof FLOW_SPANS;
