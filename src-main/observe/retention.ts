/** Retention: how much is kept of what was observed, and for how long. */

export interface RetentionSettings {
  /** Otherwise sessions that begin leave no transcript. */
  readonly recordsSessions: boolean;
  /** Transcripts are kept so long; those of sessions that carried messages as long as timelines, where that is longer. */
  readonly transcriptDays: number;
  /** All transcripts together take no more than this; those that carried no message go first. */
  readonly transcriptMiB: number;
  readonly linesPerSession: number;
  /** So much of each content that passes is recorded; 0: its size alone. */
  readonly contentKiB: number;
  /** Above so many sessions a second one of ten is recorded of those that carried no message; 0: always all. */
  readonly sessionsPerSecond: number;
  readonly timelineDays: number;
}

/**
 * A month of transcripts, a quarter of a gigabyte, which no office PC misses; a long IMAP day says more than 2,000 lines, a mail
 * transaction never comes near; timelines as long as people ask "where is Anna's mail?".
 */
export const DEFAULT_RETENTION: RetentionSettings = {
  recordsSessions: true,
  transcriptDays: 30,
  transcriptMiB: 256,
  linesPerSession: 2_000,
  contentKiB: 0,
  sessionsPerSecond: 200,
  timelineDays: 90,
};
