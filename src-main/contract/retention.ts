/**
 * Retention area: how long transcripts and timelines are kept, how much is recorded, and what there is now.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { LIMITS } from './limits.ts';
import { count, time } from './values.ts';

const days = z.int().min(1).max(LIMITS.keepDays);

export const retentionSettings = z.object({
  /** Otherwise sessions that begin leave no transcript. */
  recordsSessions: z.boolean(),
  transcriptDays: days,
  /** All transcripts together. */
  transcriptMiB: z.int().min(1).max(LIMITS.transcriptMiB),
  linesPerSession: z.int().min(LIMITS.fewestLines).max(LIMITS.mostLines),
  /** Of each content that passes; 0: its size alone. */
  contentKiB: z.int().min(0).max(LIMITS.recordedContentKiB),
  /** Above so many a second one of ten is recorded of those that carried no message; 0: always all. */
  sessionsPerSecond: z.int().min(0).max(LIMITS.recordedSessionsPerSecond),
  timelineDays: days,
});
export type RetentionSettings = z.infer<typeof retentionSettings>;

export const retentionView = z.object({
  settings: retentionSettings,
  /** What is kept now. */
  kept: z.object({
    transcripts: count,
    transcriptOctets: count,
    /** null: there is none. */
    oldestTranscriptAt: time.nullable(),
    timelines: count,
    oldestTimelineAt: time.nullable(),
  }),
});
export type RetentionView = z.infer<typeof retentionView>;

export const retentionContract = {
  read: callFor('settings.read').output(retentionView),
  change: callFor('settings.change').input(retentionSettings).output(retentionView),
};
